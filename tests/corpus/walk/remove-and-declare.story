simulation:
PHASE Phase.run:
    Event  :: round (of=2)
    Action :: Source.operator --> 'poke'
    Event  :: poked (hard=true)

PHASE Phase.down:
    Event  :: halt

PHASE Phase.up:
    Event  :: web-opened
    Event  :: admin-closed
    Action :: Source.operator --> 'poke'
    Event  :: poked (hard=true)

end.
