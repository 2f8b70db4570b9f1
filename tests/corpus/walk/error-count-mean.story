----- standard error -----
error[bad-count]: the mean 1 is below the lower bound 2
 --> tests/corpus/walk/error-count-mean.charmgrammar:6:16
  |
6 | phase only { a repeat 2.. mean (n - 2) { a } }
  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: guard the `repeat`, or bound what its count is made of

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
