simulation:
PHASE Phase.before:
    Event  :: prepared

PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=2)

PHASE Phase.down:
    Event  :: halt

PHASE Phase.after:
    Event  :: prepared

end.
