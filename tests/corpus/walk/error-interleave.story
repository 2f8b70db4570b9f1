----- standard error -----
error[domain-error]: `http.due` would become 3, outside `0..2`
 --> tests/corpus/walk/error-interleave.charmgrammar:8:53
  |
8 | phase only { interleave each r: relation { <r>-seen r.due += 3 } }
  |                                                     ^^^^^^^^^^ trace 0 of seed 2, after 1 event
  |
  = help: guard the statement, or widen the state's type

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: http-seen
----- exit code 2 -----
