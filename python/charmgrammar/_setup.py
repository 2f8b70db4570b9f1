"""Whether a charm fails for what it needs around it, which is no finding about the order of events."""

from __future__ import annotations

import collections
from collections.abc import Sequence

from ._life import Life

FEWEST = 3
"""So many lives are needed to tell."""
_PART = 0.9
"""The part of them that must fail alike."""


def fails_in_setup(life: Life) -> bool:
    """Whether a life fails before its unit has started, by no value that was drawn for it."""
    if life.failure is None or life.failure.is_of_input or not life.outcome.is_of_charm:
        return False
    # Of one whose process has ended no step is known.
    return bool(life.steps) and all(step.event.kind != "start" for step in life.steps[:-1])


def alike(life: Life) -> tuple[object, str]:
    """What lives have in common that fail in the same way at the same event."""
    assert life.failure is not None
    return life.failure.group, life.steps[-1].event.kind


def failing_setup(lives: Sequence[Life]) -> str | None:
    """Why the charm can't be set up here, if nearly all lives say so in the same way."""
    failing = [life for life in lives if fails_in_setup(life)]
    if len(lives) < FEWEST or not failing:
        return None
    (common, many), *_ = collections.Counter(map(alike, failing)).most_common(1)
    if many < _PART * len(lives):
        return None
    first = next(life for life in failing if alike(life) == common)
    assert first.failure is not None
    kind = first.steps[-1].event.kind
    return f"`{kind}` fails in {many} of {len(lives)} traces\n{first.failure.traceback}"
