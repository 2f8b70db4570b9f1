----- standard error -----
error: a trace without events can't be written as names: trace 0 of seed 1, after 0 events
help: --format jsonl can, or --min-events 1 draws such traces again
----- exit code 2 -----
