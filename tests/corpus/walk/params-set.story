simulation:
PHASE Phase.only:
    Event  :: flag (checks=false, twice=2)
    Event  :: prime (p=2)
    Event  :: got (n=3)

end.
