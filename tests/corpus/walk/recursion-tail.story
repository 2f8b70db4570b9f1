simulation:
PHASE Phase.only:
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: tick
    Event  :: over (n=800)

end.
