----- standard error -----
error[dead-end]: dead end: nothing is enabled here
  --> tests/corpus/walk/used/base.charmgrammar:34:16
   |
34 |     if ready { do }
   |                ^^ trace 0 of seed 2, after 4 events
   |
   = help: add an `else`, or a guard before it that keeps the walk from getting here

1 error
the trace so far:
simulation:
PHASE Phase.up:
    Event  :: boot
    Event  :: web-opened
    Event  :: admin-opened

PHASE Phase.run:
    Event  :: round (of=2)
----- exit code 2 -----
