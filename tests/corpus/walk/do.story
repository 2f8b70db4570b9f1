simulation:
PHASE Phase.every:
    Action :: Source.user --> 'attach'(tape)
    Event  :: tape-attached
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked

PHASE Phase.named:
    Action :: Source.user --> 'detach'(tape)
    Event  :: tape-detached
    Action :: Source.user --> 'resize'(1, false, high)
    Event  :: sized (n=1, deep=false)
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked
    Event  :: quiet
    Event  :: quiet
    Event  :: quiet
    Action :: Source.user --> 'resize'(2, false, high)
    Event  :: sized (n=2, deep=false)
    Event  :: quiet
    Action :: Source.user --> 'attach'(tape)
    Event  :: tape-attached

end.
simulation:
PHASE Phase.every:
    Action :: Source.user --> 'resize'(1, true, high)
    Event  :: sized (n=1, deep=true)
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked

PHASE Phase.named:
    Action :: Source.user --> 'attach'(disk)
    Event  :: disk-attached
    Action :: Source.user --> 'resize'(1, true, high)
    Event  :: sized (n=1, deep=true)
    Action :: Source.user --> 'choose_one'(none)
    Event  :: picked
    Event  :: quiet
    Event  :: quiet
    Event  :: quiet
    Action :: Source.user --> 'resize'(1, true, high)
    Event  :: sized (n=1, deep=true)
    Action :: Source.user --> 'detach'(disk)
    Event  :: disk-detached
    Action :: Source.user --> 'attach'(tape)
    Event  :: tape-attached

end.
