----- standard error -----
error[domain-error]: the value here is none, outside `relation`
 --> tests/corpus/walk/error-none-template.charmgrammar:8:35
  |
8 | rule see(r: relation | none) { b <r>-seen }
  |                                   ^ trace 0 of seed 1, after 3 events
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: b
    Event  :: http-seen
    Event  :: b
----- exit code 2 -----
