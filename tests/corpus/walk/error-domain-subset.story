----- standard error -----
error[domain-error]: the value here is {1, 4}, outside `set 0..2`
 --> tests/corpus/walk/error-domain-subset.charmgrammar:7:22
  |
7 | phase only { a few = many }
  |                      ^^^^ trace 0 of seed 1, after 1 event
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
