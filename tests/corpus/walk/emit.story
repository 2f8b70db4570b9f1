simulation:
PHASE Phase.only:
    Event  :: start
    Event  :: http-joined
    Event  :: db-joined
    Event  :: http-joined
    Event  :: db-joined
    Event  :: http-moved-from-west
    Event  :: http-moved-from-east
    Event  :: http-moved-from-east
    Event  :: http-moved-from-west
    Event  :: db-moved-from-east
    Event  :: east
    Event  :: east-first
    Event  :: first-east
    Event  :: west
    Event  :: west-first
    Event  :: first-west
    Event  :: west
    Event  :: a-west-b-db-c
    Event  :: a-east-b-http-c

end.
