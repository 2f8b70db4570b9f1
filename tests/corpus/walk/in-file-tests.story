simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b (unit=1)
    Event  :: http-joined
    Event  :: http-joined
    Event  :: db-joined
    Event  :: db-joined
    Event  :: a

end.
