"""A strategy of traces for tests that are written with Hypothesis, which must be installed.

    @given(trace=traces("juju-k8s", "--charm", "."))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    def test_lifecycle(lifecycle, trace):
        lifecycle.check(trace)

Hypothesis can only try other traces, none of which is a smaller one of the same life: `lifecycle.check`
shrinks a trace that fails by the grammar.
"""

from __future__ import annotations

from hypothesis import strategies

from ._binary import draw
from ._trace import Trace

__all__ = ["traces"]


def traces(*arguments: str) -> strategies.SearchStrategy[Trace]:
    """Traces of a grammar; `arguments` name it and its settings, as `charmgrammar generate` takes
    them. A trace depends on nothing but these and the seed that Hypothesis draws for it.

    Raises:
        CommandError: when a trace is drawn and the grammar has errors, or there is no command.
    """
    seeds = strategies.integers(min_value=0, max_value=2**32 - 1)
    return seeds.map(lambda seed: draw(arguments, 1, seed)[0])
