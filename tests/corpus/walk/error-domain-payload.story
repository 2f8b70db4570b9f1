----- standard error -----
error[domain-error]: the value here is 9, outside `0..3`
 --> tests/corpus/walk/error-domain-payload.charmgrammar:6:20
  |
6 | phase only { a(n = n) }
  |                    ^ trace 0 of seed 1, after 0 events
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
----- exit code 2 -----
