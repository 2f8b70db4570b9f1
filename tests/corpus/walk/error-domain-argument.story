----- standard error -----
error[domain-error]: the value here is 4, outside `0..3`
 --> tests/corpus/walk/error-domain-argument.charmgrammar:5:47
  |
5 | rule show(n: 0..3) { a(n = n) if n < 9 { show(n + 1) } }
  |                                               ^^^^^ trace 0 of seed 1, after 4 events
  |
  = help: guard the place, so that it is not reached with this value

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: a (n=0)
    Event  :: a (n=1)
    Event  :: a (n=2)
    Event  :: a (n=3)
----- exit code 2 -----
