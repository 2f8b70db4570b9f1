simulation:
PHASE Phase.setup:
    Event  :: workload-pebble-ready
    Event  :: storage1-storage-attached
    Event  :: workload-pebble-ready
    Event  :: install
    Event  :: replicas-relation-created
    Event  :: workload-pebble-ready
    Event  :: workload-pebble-ready
    Event  :: leader-settings-changed
    Event  :: config-changed
    Event  :: start

PHASE Phase.operation:
    Action :: Source.user --> 'leadership_change'
    Event  :: leader-elected

PHASE Phase.teardown:
    Event  :: replicas-relation-broken
    Event  :: http-relation-broken
    Event  :: storage1-storage-detached
    Event  :: stop
    Event  :: remove

end.
