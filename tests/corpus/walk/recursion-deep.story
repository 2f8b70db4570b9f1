simulation:
PHASE Phase.only:
    Event  :: open (depth=3)
    Event  :: open (depth=2)
    Event  :: open (depth=1)
    Event  :: open (depth=0)
    Event  :: close (depth=0)
    Event  :: close (depth=1)
    Event  :: close (depth=2)
    Event  :: close (depth=3)

end.
