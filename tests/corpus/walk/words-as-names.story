simulation:
PHASE Phase.meanwhile-ish:
    Event  :: remove
    Event  :: state (as=2)
    Event  :: with (rule=true)
    Event  :: each-event
    Action :: Source.by --> 'as'
    Event  :: use
    Event  :: remove
    Event  :: test
    Event  :: test

end.
