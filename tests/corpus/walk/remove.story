simulation:
PHASE Phase.run:
    Event  :: round (of=2)
    Action :: Source.operator --> 'poke'
    Event  :: poked

PHASE Phase.down:
    Event  :: halt

end.
