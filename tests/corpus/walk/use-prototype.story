simulation:
PHASE Phase.setup:
    Event  :: storage1-storage-attached
    Event  :: install
    Event  :: update-status
    Event  :: replicas-relation-created
    Event  :: workload-pebble-ready
    Event  :: leader-elected
    Event  :: workload-pebble-ready
    Event  :: config-changed
    Event  :: workload-pebble-ready
    Event  :: start
    Event  :: workload-pebble-ready

PHASE Phase.operation:
    Action :: Source.user --> 'scale+'
    Event  :: replicas-relation-joined
    Event  :: replicas-relation-changed

PHASE Phase.teardown:
    Event  :: replicas-relation-broken
    Event  :: http-relation-broken
    Event  :: storage1-storage-detached
    Event  :: stop
    Event  :: remove

end.
