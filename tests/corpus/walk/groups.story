simulation:
PHASE Phase.only:
    Action :: Source.user --> 'work'
    Event  :: work-done
    Action :: Source.user --> 'rest'
    Event  :: calm
    Event  :: seen
    Event  :: nothing-enabled
    Event  :: nothing-enabled

end.
