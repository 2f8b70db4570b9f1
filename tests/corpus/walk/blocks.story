simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: a

PHASE Phase.empty:

PHASE Phase.last:
    Event  :: b

end.
