simulation:
PHASE Phase.before:

PHASE Phase.after:

end.
