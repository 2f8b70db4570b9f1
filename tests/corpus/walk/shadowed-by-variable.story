simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=4)
    Event  :: round (of=5)
    Event  :: web-closed
    Event  :: admin-closed

PHASE Phase.down:
    Event  :: halt

end.
