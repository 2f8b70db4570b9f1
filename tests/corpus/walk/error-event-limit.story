----- standard error -----
error[event-limit]: the trace has more than 50 events
 --> tests/corpus/walk/error-event-limit.charmgrammar:7:34
  |
7 | phase only { a repeat while on { b } }
  |                                  ^ trace 0 of seed 1, after 50 events
  |
  = help: look for a loop or a recursion that goes on too long; --event-limit raises the limit

1 error
the trace so far:
    … 12 lines before
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
    Event  :: b
----- exit code 2 -----
