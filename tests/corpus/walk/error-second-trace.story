simulation:
PHASE Phase.only:
    Event  :: a

end.
simulation:
PHASE Phase.only:
    Event  :: a

end.
simulation:
PHASE Phase.only:
    Event  :: a

end.
simulation:
PHASE Phase.only:
    Event  :: a

end.
----- standard error -----
error[domain-error]: `n` would become -1, outside `0..1`
 --> tests/corpus/walk/error-second-trace.charmgrammar:7:37
  |
7 | phase only { a maybe 20% { n -= 1 b n -= 1 } }
  |                                     ^^^^^^ trace 4 of seed 2, after 2 events
  |
  = help: guard the statement, or widen the state's type

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
    Event  :: b
----- exit code 2 -----
