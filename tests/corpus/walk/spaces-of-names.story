simulation:
PHASE Phase.thing:
    Action :: Source.thing --> 'thing'
    Event  :: thing
    Event  :: thing-thing
    Event  :: thing-thing

end.
