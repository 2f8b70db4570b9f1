simulation:
PHASE Phase.only:
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: b1
    Event  :: b2
    Event  :: tick
    Event  :: a1
    Event  :: tick
    Event  :: a2
    Event  :: tick

PHASE Phase.last:

end.
simulation:
PHASE Phase.only:
    Event  :: a1
    Event  :: b1
    Event  :: b2
    Event  :: tick
    Event  :: a2
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick

PHASE Phase.last:

end.
