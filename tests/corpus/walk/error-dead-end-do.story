----- standard error -----
error[dead-end]: dead end: nothing is enabled here
 --> tests/corpus/walk/error-dead-end-do.charmgrammar:8:25
  |
8 | phase only { repeat 5 { do } }
  |                         ^^ trace 0 of seed 1, after 2 events
  |
  = help: add an `else`, or a guard before it that keeps the walk from getting here

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Action :: Source.user --> 'act'
    Event  :: a
    Action :: Source.user --> 'act'
    Event  :: a
----- exit code 2 -----
