simulation:
PHASE Phase.only:
    Event  :: start
    Event  :: leader-settings-changed

end.
----- standard error -----
warning[deprecated-event]: the event `leader-settings-changed` is deprecated: since Juju 3.6
 --> tests/corpus/walk/deprecated.charmgrammar:8:20
  |
4 | event leader-settings-changed deprecated "since Juju 3.6"
  |       ----------------------- declared here
...
8 | phase only { start leader-settings-changed }
  |                    ^^^^^^^^^^^^^^^^^^^^^^^

1 warning
----- exit code 0 -----
