----- standard error -----
error[domain-error]: `db[1].due` would become -1, outside `0..2`
 --> tests/corpus/walk/error-domain-member.charmgrammar:7:16
  |
7 | phase only { a db[1].due -= 1 }
  |                ^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: guard the statement, or widen the state's type

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
