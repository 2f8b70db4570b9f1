----- standard error -----
error: none of 5 attempts had at least 3 events: trace 0 of seed 1, attempt 4, after 2 events
help: choose other bounds, or raise --attempts
----- exit code 2 -----
