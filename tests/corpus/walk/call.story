simulation:
PHASE Phase.only:
    Event  :: boot
    Event  :: boot
    Event  :: http-seen (n=1, deep=true, word=low, due=none, set={})
    Event  :: db-seen (n=2, deep=false, word=high, due=none, set={0, 1})
    Event  :: boot
    Event  :: http-seen (n=1, deep=true, word=low, due=1, set={1})

end.
