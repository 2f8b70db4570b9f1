simulation:
PHASE Phase.only:
    Action :: Source.user --> 'first'
    Event  :: a
    Action :: Source.user --> 'first'
    Event  :: a
    Action :: Source.user --> 'first'
    Event  :: a
    Action :: Source.user --> 'third'
    Event  :: c
    Event  :: d
    Event  :: a

end.
