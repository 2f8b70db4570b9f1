a
a

a
b

----- standard error -----
note: 2 written; dropped because their event names had come before: 18
----- exit code 0 -----
