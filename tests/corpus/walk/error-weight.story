----- standard error -----
error[bad-weight]: the weight is -2
 --> tests/corpus/walk/error-weight.charmgrammar:7:16
  |
7 | phase only { a choose { (n - 5) => a, 1 => b } }
  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: a weight is at least 0 (never), and at most a billion

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
