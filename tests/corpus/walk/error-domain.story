----- standard error -----
error[domain-error]: `scale` would become 4, outside `1..3`
 --> tests/corpus/walk/error-domain.charmgrammar:6:31
  |
6 | phase only { repeat 5 { grown scale += 1 } }
  |                               ^^^^^^^^^^ trace 0 of seed 1, after 3 events
  |
  = help: guard the statement, or widen the state's type

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: grown
    Event  :: grown
    Event  :: grown
----- exit code 2 -----
