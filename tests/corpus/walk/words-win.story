simulation:
PHASE Phase.only:
    Event  :: now (mode=ready, ready=true, gone=7)
    Event  :: now (mode=ready, ready=true, gone=6)
    Event  :: yes (line=1)
    Event  :: yes (line=2)
    Event  :: yes (line=3)
    Event  :: yes (line=4)
    Event  :: yes (line=5)
    Event  :: ready-is
    Event  :: ready-is
    Event  :: on-is

end.
