simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=18)
    Event  :: tick
    Event  :: tock
    Event  :: round (of=18)
    Event  :: tick
    Event  :: tock
    Event  :: tock
    Event  :: tick
    Event  :: tock
    Event  :: tick
    Event  :: tick
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tock
    Event  :: tick
    Event  :: tock
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: tock
    Event  :: tick

PHASE Phase.down:
    Event  :: halt

end.
simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: tock
    Event  :: tick
    Event  :: round (of=18)
    Event  :: tock
    Event  :: tick
    Event  :: tock
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: tick
    Event  :: tick
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: tick
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: tick
    Event  :: tock
    Event  :: tock
    Event  :: tock
    Event  :: round (of=18)
    Event  :: round (of=18)
    Event  :: tick

PHASE Phase.down:
    Event  :: halt

end.
