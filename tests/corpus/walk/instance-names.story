simulation:
PHASE Phase.only:
    Event  :: was-leader
    Event  :: went-ready
    Event  :: leader-pebble-ready
    Event  :: workload-pebble-ready
    Event  :: workload-relation-joined
    Event  :: ready-relation-joined

end.
