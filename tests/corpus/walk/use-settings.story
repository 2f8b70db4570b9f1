simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-closed
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=4)
    Event  :: round (of=4)
    Action :: Source.operator --> 'kick'
    Event  :: kicked

PHASE Phase.down:
    Event  :: halt

end.
