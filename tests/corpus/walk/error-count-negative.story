----- standard error -----
error[bad-count]: the count is -2, outside 0..1000000
 --> tests/corpus/walk/error-count-negative.charmgrammar:6:16
  |
6 | phase only { a repeat (n - 5) { a } }
  |                ^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: guard the `repeat`, or bound what its count is made of

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
