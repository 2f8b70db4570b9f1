----- standard error -----
error[dead-end]: dead end: nothing is enabled here
 --> tests/corpus/walk/error-dead-end-choose.charmgrammar:8:26
  |
8 | rule seen(r: relation) { choose { 1 when r.live => <r>-seen, 0 => <r>-seen } }
  |                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: add an `else`, or a guard before it that keeps the walk from getting here

1 error
the trace so far:
simulation:
PHASE Phase.first:
    Event  :: a

PHASE Phase.second:
----- exit code 2 -----
