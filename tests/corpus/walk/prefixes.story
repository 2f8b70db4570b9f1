simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: a
    Event  :: b
    Event  :: c
    Event  :: c
    Event  :: c
    Event  :: c
    Action :: Source.user --> 'act'
    Event  :: a

end.
