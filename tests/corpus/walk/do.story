simulation:
PHASE Phase.every:
    Action :: Source.user --> 'attach'(disk)
    Event  :: disk-attached
    Action :: Source.user --> 'detach'(disk)
    Event  :: disk-detached

PHASE Phase.named:
    Action :: Source.user --> 'attach'(tape)
    Event  :: tape-attached
    Action :: Source.user --> 'resize'(2, false, high)
    Event  :: sized (n=2, deep=false)
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked
    Event  :: quiet
    Event  :: quiet
    Event  :: quiet
    Action :: Source.user --> 'resize'(1, false, high)
    Event  :: sized (n=1, deep=false)
    Action :: Source.user --> 'detach'(tape)
    Event  :: tape-detached
    Action :: Source.user --> 'attach'(disk)
    Event  :: disk-attached

end.
simulation:
PHASE Phase.every:
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked
    Action :: Source.user --> 'resize'(2, true, high)
    Event  :: sized (n=2, deep=true)

PHASE Phase.named:
    Action :: Source.user --> 'attach'(tape)
    Event  :: tape-attached
    Action :: Source.user --> 'resize'(2, true, high)
    Event  :: sized (n=2, deep=true)
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked
    Event  :: quiet
    Event  :: quiet
    Event  :: quiet
    Action :: Source.user --> 'resize'(1, true, high)
    Event  :: sized (n=1, deep=true)
    Action :: Source.user --> 'detach'(tape)
    Event  :: tape-detached
    Action :: Source.user --> 'attach'(disk)
    Event  :: disk-attached

end.
