----- standard error -----
error[domain-error]: the value here is 5, outside `0..3`
 --> tests/corpus/walk/error-domain-set.charmgrammar:7:27
  |
7 | phase only { a members += n }
  |                           ^ trace 0 of seed 1, after 1 event
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
