simulation:
PHASE Phase.first:
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: b
    Event  :: a

PHASE Phase.second:
    Event  :: a

end.
simulation:
PHASE Phase.first:
    Event  :: a
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: a
    Event  :: a

PHASE Phase.second:
    Event  :: b
    Event  :: a

end.
simulation:
PHASE Phase.first:
    Event  :: b
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: b
    Event  :: b
    Event  :: a

PHASE Phase.second:
    Event  :: a

end.
