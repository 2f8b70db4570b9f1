simulation:
PHASE Phase.first:
    Event  :: b
    Event  :: b

PHASE Phase.second:
    Event  :: c

end.
