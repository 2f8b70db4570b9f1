----- standard error -----
error[undefined-event]: there is no event `b`
 --> tests/corpus/walk/error-broken.charmgrammar:5:14
  |
5 | phase only { b }
  |              ^

1 error
----- exit code 2 -----
