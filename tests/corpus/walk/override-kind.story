simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-closed
    Event  :: admin-closed
    Event  :: metrics-closed

PHASE Phase.run:
    Event  :: round (of=2)
    Event  :: round (of=2)
    Event  :: round (of=1)

PHASE Phase.down:
    Event  :: halt

end.
