simulation:
PHASE Phase.every:
    Action :: Source.user --> 'add'(db[1])
    Event  :: added
    Action :: Source.user --> 'add'(db[0])
    Event  :: added
    Action :: Source.user --> 'add'(http)
    Event  :: added
    Event  :: db-joined (left=0)
    Event  :: db-joined (left=0)
    Event  :: burnt
    Event  :: http-joined (left=0)
    Event  :: burnt
    Event  :: none-left
    Event  :: burnt
    Event  :: none-left
    Event  :: none-left

end.
simulation:
PHASE Phase.every:
    Action :: Source.user --> 'add'(db[1])
    Event  :: added
    Action :: Source.user --> 'add'(db[0])
    Event  :: added
    Action :: Source.user --> 'add'(db[0])
    Event  :: added
    Event  :: db-joined (left=0)
    Event  :: db-joined (left=1)
    Event  :: db-joined (left=0)
    Event  :: burnt
    Event  :: burnt
    Event  :: none-left
    Event  :: burnt
    Event  :: none-left
    Event  :: none-left

end.
