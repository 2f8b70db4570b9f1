simulation:
PHASE Phase.only:
    Event  :: db-created (n=2)
    Event  :: db-joined (n=0)
    Event  :: plain
    Event  :: db-created (n=2)
    Event  :: number (n=1)
    Event  :: http-created (n=2)
    Event  :: number (n=2)
    Event  :: plain
    Event  :: db-joined (n=1)
    Event  :: http-joined (n=0)
    Event  :: over
    Event  :: over

end.
simulation:
PHASE Phase.only:
    Event  :: db-created (n=2)
    Event  :: db-created (n=2)
    Event  :: plain
    Event  :: http-created (n=2)
    Event  :: db-joined (n=1)
    Event  :: number (n=1)
    Event  :: http-joined (n=0)
    Event  :: number (n=2)
    Event  :: plain
    Event  :: db-joined (n=0)
    Event  :: over
    Event  :: over

end.
