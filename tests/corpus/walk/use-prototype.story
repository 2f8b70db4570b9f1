simulation:
PHASE Phase.setup:
    Event  :: workload-pebble-ready
    Event  :: storage1-storage-attached
    Event  :: update-status
    Event  :: install
    Event  :: replicas-relation-created
    Event  :: leader-elected
    Event  :: update-status
    Event  :: config-changed
    Event  :: update-status
    Event  :: start

PHASE Phase.operation:
    Action :: Source.user --> 'detach'(storage1)
    Event  :: storage1-storage-detached
    Action :: Source.user --> 'create'(mongo)
    Event  :: mongo-relation-created
    Action :: Source.other_charm --> 'leadership_change'
    Event  :: update-status
    Event  :: leader-settings-changed
    Action :: Source.user --> 'attach'(ephemeral1)
    Event  :: ephemeral1-storage-attached

PHASE Phase.teardown:
    Event  :: replicas-relation-broken
    Event  :: update-status
    Event  :: http-relation-broken
    Event  :: mongo-relation-broken
    Event  :: ephemeral1-storage-detached
    Event  :: update-status
    Event  :: stop
    Event  :: remove

end.
