simulation:
PHASE Phase.phase:
    Action :: Source.if --> 'do'
    Event  :: end
    Event  :: leave
    Event  :: repeat-done
    Event  :: 2.9

PHASE Phase.end:
    Event  :: leave

end.
