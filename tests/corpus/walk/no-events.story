simulation:
PHASE Phase.only:

PHASE Phase.other:

end.
