simulation:
PHASE Phase.only:
    Event  :: start
    Event  :: leader-settings-changed

end.
