----- standard error -----
error[overflow]: the result does not fit into 64 bits
 --> tests/corpus/walk/error-overflow.charmgrammar:6:19
  |
6 | phase only { a if n * n * n > 0 { a } }
  |                   ^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: keep the numbers within 64 bits

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
