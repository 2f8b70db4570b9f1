a
a

a
b

----- standard error -----
note: 2 traces, and 18 that were dropped because their event names had come before
----- exit code 0 -----
