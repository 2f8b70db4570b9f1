simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: c
    Event  :: a
    Event  :: a
    Event  :: b
    Event  :: c
    Event  :: tick
    Event  :: tick
    Event  :: b
    Event  :: tick
    Event  :: tick

PHASE Phase.last:

end.
