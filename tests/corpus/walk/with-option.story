simulation:
PHASE Phase.only:
    Event  :: workload-pebble-ready
    Event  :: proxy-pebble-ready

end.
