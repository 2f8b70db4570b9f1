----- standard error -----
error[step-limit]: this takes more steps to evaluate than the limit allows
 --> tests/corpus/walk/error-step-limit-quantifiers.charmgrammar:5:38
  |
5 | phase only { a if all(i: 0..39 where all(j: 0..39 where i + j >= 0)) { a } }
  |                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: range over fewer values, or let a state hold what is asked again; --step-limit raises the limit

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a
----- exit code 2 -----
