simulation:
PHASE Phase.only:
    Event  :: number (value=3)
    Event  :: flag (checks=true, both=true)
    Event  :: current
    Event  :: prime (p=2)
    Event  :: prime (p=3)
    Event  :: prime (p=5)
    Event  :: prime (p=7)
    Event  :: absent
    Event  :: old
    Event  :: old
    Event  :: old
    Event  :: old

end.
