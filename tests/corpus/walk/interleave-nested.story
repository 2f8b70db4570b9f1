simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: c (n=1)
    Event  :: f
    Event  :: d
    Event  :: c (n=0)
    Event  :: f
    Action :: Source.user --> 'act'
    Event  :: acted
    Event  :: c (n=1)
    Event  :: d
    Event  :: e
    Event  :: g
    Event  :: g
    Event  :: over

end.
simulation:
PHASE Phase.only:
    Event  :: c (n=0)
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: f
    Event  :: c (n=1)
    Event  :: c (n=1)
    Event  :: d
    Event  :: g
    Event  :: e
    Event  :: d
    Action :: Source.user --> 'act'
    Event  :: acted
    Event  :: f
    Event  :: g
    Event  :: over

end.
