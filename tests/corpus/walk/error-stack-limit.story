----- standard error -----
error[stack-limit]: rules are nested more deeply than 1048576 words of stack hold
 --> tests/corpus/walk/error-stack-limit.charmgrammar:9:13
  |
9 |     if on { dig(a, b, c, d, e, f, g, h) }
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 116508 events
  |
  = help: look for a rule that calls itself more often than it ends

1 error
the trace so far:
    … 116470 lines before
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
    Event  :: down
----- exit code 2 -----
