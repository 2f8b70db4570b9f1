simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=6)
    Event  :: round (of=6)
    Event  :: round (of=6)

PHASE Phase.down:
    Event  :: second-ready
    Event  :: halt

end.
