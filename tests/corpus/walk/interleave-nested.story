simulation:
PHASE Phase.only:
    Event  :: d
    Event  :: e
    Event  :: c (n=0)
    Event  :: c (n=1)
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: f
    Event  :: g
    Event  :: c (n=1)
    Event  :: d
    Action :: Source.user --> 'act'
    Event  :: acted
    Event  :: f
    Event  :: g
    Event  :: over

end.
simulation:
PHASE Phase.only:
    Event  :: c (n=0)
    Event  :: c (n=1)
    Event  :: d
    Event  :: g
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: f
    Event  :: c (n=1)
    Event  :: e
    Event  :: d
    Action :: Source.user --> 'act'
    Event  :: acted
    Event  :: f
    Event  :: g
    Event  :: over

end.
