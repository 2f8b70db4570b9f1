simulation:
PHASE Phase.only:
    Event  :: a-seen
    Event  :: b-seen
    Event  :: nobody
    Event  :: number (n=7)
    Event  :: number (n=2)
    Event  :: nobody
    Event  :: nobody

end.
simulation:
PHASE Phase.only:
    Event  :: b-seen
    Event  :: b-seen
    Event  :: nobody
    Event  :: number (n=6)
    Event  :: number (n=2)
    Event  :: nobody
    Event  :: nobody

end.
simulation:
PHASE Phase.only:
    Event  :: b-seen
    Event  :: b-seen
    Event  :: nobody
    Event  :: number (n=7)
    Event  :: number (n=2)
    Event  :: nobody
    Event  :: nobody

end.
