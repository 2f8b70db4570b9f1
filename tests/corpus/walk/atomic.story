simulation:
PHASE Phase.only:
    Event  :: tick
    Event  :: a
    Event  :: b
    Event  :: c
    Event  :: tick
    Event  :: tick
    Event  :: a
    Event  :: a
    Event  :: b
    Event  :: c
    Event  :: tick
    Event  :: b
    Event  :: tick
    Event  :: tick

PHASE Phase.last:

end.
