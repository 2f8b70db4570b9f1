simulation:
PHASE Phase.only:
    Action :: Source.user --> 'rest'
    Event  :: calm
    Action :: Source.user --> 'work'
    Event  :: work-done
    Event  :: seen
    Event  :: nothing-enabled
    Event  :: nothing-enabled

end.
