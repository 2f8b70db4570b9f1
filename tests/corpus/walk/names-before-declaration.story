simulation:
PHASE Phase.only:
    Event  :: red-opened (n=12)

end.
