simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
    Event  :: a
    Event  :: a

end.
