simulation:
PHASE Phase.loop:
    Event  :: a

PHASE Phase.rule:
    Event  :: a

PHASE Phase.action:
    Action :: Source.user --> 'quit'
    Event  :: a

PHASE Phase.reaction:
    Event  :: a

PHASE Phase.in-atomic:
    Event  :: b
    Event  :: b
    Event  :: a

PHASE Phase.deep:
    Event  :: a
    Event  :: a

PHASE Phase.end-of-it:
    Event  :: b

end.
