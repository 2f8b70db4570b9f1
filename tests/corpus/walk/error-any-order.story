----- standard error -----
error[any-order-limit]: `in any order` over 17, which is more than 16
 --> tests/corpus/walk/error-any-order.charmgrammar:6:16
  |
6 | phase only { b for each n: 0..16 in any order { a(n = n) } }
  |                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ trace 0 of seed 1, after 1 event
  |
  = help: give `where` a narrower condition, or take the declared order

1 error
the trace so far:
simulation:
PHASE Phase.only:
    Event  :: b
----- exit code 2 -----
