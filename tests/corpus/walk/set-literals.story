simulation:
PHASE Phase.only:
    Event  :: yes
    Event  :: yes
    Event  :: yes
    Event  :: yes

end.
