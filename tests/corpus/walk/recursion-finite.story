simulation:
PHASE Phase.only:
    Event  :: node (depth=3)
    Event  :: node (depth=2)
    Event  :: leaf
    Event  :: node (depth=2)
    Event  :: leaf

end.
simulation:
PHASE Phase.only:
    Event  :: node (depth=3)
    Event  :: node (depth=2)
    Event  :: node (depth=1)
    Event  :: node (depth=0)
    Event  :: leaf
    Event  :: node (depth=0)
    Event  :: leaf
    Event  :: node (depth=1)
    Event  :: leaf
    Event  :: node (depth=2)
    Event  :: node (depth=1)
    Event  :: leaf
    Event  :: node (depth=1)
    Event  :: leaf

end.
