simulation:
PHASE Phase.only:
    Action :: Source.user --> 'rest'
    Event  :: calm
    Action :: Source.user --> 'rest'
    Event  :: calm
    Event  :: nothing-enabled
    Event  :: nothing-enabled

end.
