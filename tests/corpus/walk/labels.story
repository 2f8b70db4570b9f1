simulation:
PHASE Phase.only:
    Action :: Source.user --> 'scale+'
    Event  :: a
    Action :: Source.user --> 'scale \ minus'
    Event  :: a
    Action :: Source.user --> 'scale+'
    Event  :: a
    Action :: Source.user --> 'scale+'
    Event  :: a

end.
