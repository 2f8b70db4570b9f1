simulation:
PHASE Phase.only:
    Event  :: d (n=0)
    Event  :: a
    Event  :: b
    Event  :: d (n=1)
    Event  :: b
    Event  :: b
    Event  :: a
    Event  :: d (n=2)
    Event  :: b
    Event  :: c
    Event  :: d (n=3)
    Event  :: c
    Event  :: a
    Event  :: a

end.
