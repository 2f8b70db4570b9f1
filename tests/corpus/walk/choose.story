simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: a
    Event  :: a
    Event  :: b
    Event  :: c
    Event  :: a
    Event  :: d
    Event  :: c

end.
simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: c
    Event  :: a
    Event  :: d
    Event  :: c

end.
simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: c
    Event  :: a
    Event  :: d
    Event  :: c

end.
