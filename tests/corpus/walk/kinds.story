simulation:
PHASE Phase.only:
    Event  :: web-fails
    Event  :: web-runs (cores=64, restarts=1)
    Event  :: db-runs (cores=1, restarts=0)
    Event  :: db-runs (cores=1, restarts=0)
    Event  :: db-runs (cores=1, restarts=0)
    Event  :: web-listens (port=0)
    Event  :: web-listens (port=7)
    Event  :: web-hot
    Event  :: web-element (index=0)
    Event  :: db-element (index=0)
    Event  :: db-element (index=1)
    Event  :: db-element (index=2)
    Event  :: pairs (n=3)
    Event  :: big-is-spare
    Event  :: web-hot

end.
