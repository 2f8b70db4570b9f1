simulation:
PHASE Phase.first:
    Event  :: work
    Event  :: web-pebble-ready (n=1)
    Event  :: tick
    Event  :: work
    Event  :: tick
    Event  :: work
    Event  :: work

PHASE Phase.second:
    Event  :: rest

end.
simulation:
PHASE Phase.first:
    Event  :: work
    Event  :: work
    Event  :: web-pebble-ready (n=1)
    Event  :: work
    Event  :: work
    Event  :: tick
    Event  :: tock
    Event  :: web-pebble-ready (n=1)
    Event  :: tick
    Event  :: tick
    Event  :: tick

PHASE Phase.second:
    Event  :: rest

end.
