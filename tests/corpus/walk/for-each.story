simulation:
PHASE Phase.only:
    Event  :: http-first
    Event  :: db-first
    Event  :: db-first
    Event  :: http-second
    Event  :: replicas-second
    Event  :: db-second
    Event  :: db-second
    Event  :: number (n=-1)
    Event  :: number (n=0)
    Event  :: number (n=1)
    Event  :: number (n=2)
    Event  :: number (n=1)
    Event  :: number (n=5)
    Event  :: number (n=6)
    Event  :: pair (a=1, b=0)
    Event  :: pair (a=2, b=0)
    Event  :: pair (a=2, b=1)

end.
