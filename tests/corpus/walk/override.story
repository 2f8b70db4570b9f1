simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: boot
    Event  :: web-closed
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=1, last=false)
    Event  :: round (of=2, last=true)

PHASE Phase.down:
    Event  :: halt

end.
