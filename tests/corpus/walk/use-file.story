simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=2)
    Action :: Source.operator --> 'kick'
    Event  :: kicked

PHASE Phase.down:
    Event  :: halt

end.
