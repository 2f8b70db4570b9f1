----- standard error -----
error[domain-error]: the value here is none, outside `0..3`
 --> tests/corpus/walk/error-none-value.charmgrammar:7:22
  |
7 | phase only { b a(n = due) }
  |                      ^^^ trace 0 of seed 1, after 1 event
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: b
----- exit code 2 -----
