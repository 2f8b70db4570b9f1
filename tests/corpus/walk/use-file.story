simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=2)
    Action :: Source.operator --> 'poke'
    Event  :: poked

PHASE Phase.down:
    Event  :: halt

end.
