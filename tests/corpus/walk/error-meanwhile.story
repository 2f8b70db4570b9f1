----- standard error -----
error[domain-error]: the value here is 9, outside `0..3`
 --> tests/corpus/walk/error-meanwhile.charmgrammar:7:39
  |
7 | phase only { meanwhile { 90% tick(n = n) } repeat 9 { a } }
  |                                       ^ trace 0 of seed 2, after 0 events
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
----- exit code 2 -----
