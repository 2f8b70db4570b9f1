----- standard error -----
error[step-limit]: too many steps without an event
 --> tests/corpus/walk/error-step-limit.charmgrammar:6:38
  |
6 | phase only { a repeat while n == 0 { n = 0 } a }
  |                                      ^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: look for a loop that shows nothing; --step-limit raises the limit

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
