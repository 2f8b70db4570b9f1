simulation:
PHASE Phase.setup:
    Event  :: storage1-storage-attached
    Event  :: workload-pebble-ready
    Event  :: install
    Event  :: replicas-relation-created
    Event  :: leader-settings-changed
    Event  :: config-changed
    Event  :: start

PHASE Phase.operation:
    Action :: Source.user --> 'break'(http)
    Event  :: http-relation-broken

PHASE Phase.teardown:
    Event  :: replicas-relation-broken
    Event  :: storage1-storage-detached
    Event  :: update-status
    Event  :: stop
    Event  :: remove

end.
