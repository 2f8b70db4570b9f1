----- standard error -----
error[domain-error]: the value here is none, outside `relation`
 --> tests/corpus/walk/error-none-instance.charmgrammar:9:19
  |
9 | phase only { b if chosen.live { a } }
  |                   ^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: b
----- exit code 2 -----
