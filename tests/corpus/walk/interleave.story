a1
b1
c1
b2
a2
a3
after
a1
a1
after

b1
a1
b2
a2
a3
c1
after
a1
a1
after

b1
c1
a1
b2
a2
a3
after
a1
a1
after

----- standard error -----
warning[bad-interleave]: an `interleave` with one branch has nothing to run beside it
  --> tests/corpus/walk/interleave.charmgrammar:15:16
   |
15 |     interleave { a1 }
   |                ^^^^^^
   |
   = help: write `with` before the next branch: `interleave { a } with { b }`

1 warning
----- exit code 0 -----
