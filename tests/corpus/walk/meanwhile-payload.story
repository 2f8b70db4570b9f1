simulation:
PHASE Phase.only:
    Event  :: tick (n=1)
    Event  :: tick (n=1)
    Event  :: a (n=1)
    Event  :: a (n=2)
    Event  :: tick (n=0)
    Event  :: tick (n=0)
    Event  :: tick (n=0)
    Event  :: a (n=0)
    Event  :: a (n=1)
    Event  :: a (n=2)

PHASE Phase.last:

end.
