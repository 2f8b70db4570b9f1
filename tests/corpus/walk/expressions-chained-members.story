simulation:
PHASE Phase.only:
    Event  :: web-fails
    Event  :: db-fails
    Event  :: linked
    Event  :: linked
    Event  :: web-fails
    Event  :: db-fails

end.
