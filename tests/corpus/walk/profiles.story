simulation:
PHASE Phase.only:
    Event  :: shown (operations=4, leader=false)
    Event  :: tape-attached
    Action :: Source.user --> 'rarely'
    Event  :: rare
    Action :: Source.user --> 'rarely'
    Event  :: rare
    Action :: Source.user --> 'rarely'
    Event  :: rare
    Action :: Source.user --> 'rarely'
    Event  :: rare

end.
