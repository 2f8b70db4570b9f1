"""Lives of a Juju charm, drawn from a weighted grammar and run on the charm.

The way in is pytest: a test that takes the fixtures `lifecycle` and `lifecycle_trace` runs once for
each trace. Say what the charm is by the fixture `lifecycle_charm`, and what else you know of it by
`lifecycle_hooks`, which gives an object of a class derived from `Hooks`.
"""

from __future__ import annotations

from ._binary import CommandError, draw, find_binary
from ._hooks import Hooks, Invariants
from ._trace import Action, BadTrace, Change, Event, Phase, Skipped, Trace, read_traces

__all__ = [
    "Action",
    "BadTrace",
    "Change",
    "CommandError",
    "Event",
    "Hooks",
    "Invariants",
    "Phase",
    "Skipped",
    "Trace",
    "draw",
    "find_binary",
    "read_traces",
]
