simulation:
PHASE Phase.empty:
    Event  :: tick
    Event  :: tick

PHASE Phase.left:

PHASE Phase.body:
    Event  :: tick
    Event  :: a

PHASE Phase.last:

end.
simulation:
PHASE Phase.empty:
    Event  :: tick

PHASE Phase.left:

PHASE Phase.body:
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: a
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick

PHASE Phase.last:

end.
simulation:
PHASE Phase.empty:
    Event  :: tick

PHASE Phase.left:

PHASE Phase.body:
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: a

PHASE Phase.last:

end.
