simulation:
PHASE Phase.first:
    Event  :: a

PHASE Phase.second:
    Action :: Source.user --> 'quit'
    Event  :: b
    Event  :: b
    Event  :: a

end.
