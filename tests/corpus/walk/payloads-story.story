simulation:
PHASE Phase.only:
    Action :: Source.user --> 'rotate'(token[1], true, 2)
    Event  :: changed (secret=token[1], parts={0, 2}, tier=none)
    Event  :: changed (secret=cert, parts={}, tier=low)

end.
