simulation:
PHASE Phase.first:
    Event  :: a
    Event  :: a
    Event  :: a

PHASE Phase.second:
    Event  :: c
    Event  :: c
    Event  :: a

end.
simulation:
PHASE Phase.first:
    Event  :: b
    Event  :: a
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: a
    Event  :: a

PHASE Phase.second:
    Event  :: a

end.
simulation:
PHASE Phase.first:
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: a

PHASE Phase.second:
    Event  :: c
    Event  :: c
    Event  :: c
    Event  :: a

end.
