simulation:
PHASE Phase.first:
    Event  :: web-pebble-ready (n=1)
    Event  :: tock
    Event  :: tock
    Event  :: work
    Event  :: work
    Event  :: tick
    Event  :: tick
    Event  :: work
    Event  :: work
    Event  :: tock
    Event  :: tock

PHASE Phase.second:
    Event  :: rest

end.
simulation:
PHASE Phase.first:
    Event  :: work
    Event  :: work
    Event  :: tick
    Event  :: work
    Event  :: work
    Event  :: tick
    Event  :: tock
    Event  :: tick

PHASE Phase.second:
    Event  :: rest

end.
