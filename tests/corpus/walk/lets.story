simulation:
PHASE Phase.only:
    Event  :: something
    Event  :: replicas-leaves (unit=0)
    Event  :: replicas-leaves (unit=1)
    Event  :: http-leaves (unit=3)
    Event  :: total (n=16)

end.
