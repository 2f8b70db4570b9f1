"""Lives of one unit, drawn from lifecycle.charmgrammar and run on the charm by `ops.testing`.

`pytest --lifecycle-traces 500 --lifecycle-seed 7` runs more of them, and others. What fails is shrunk,
told, and kept in lifecycle-corpus, to be run first from then on.
"""

import charmgrammar
import pytest


class Hooks(charmgrammar.Hooks):
    """What is known of the charm beyond its metadata."""

    def initial_state(self, state, trace):
        """Layers, execs and networks that the charm needs: `dataclasses.replace(state, ...)`."""
        return state

    def values(self, event, data):
        """What is fed to the charm: databags, config, parameters. Replace what means nothing to it."""
        return data

    def after_event(self, state, event):
        """Assert here what must always hold."""


@pytest.fixture
def lifecycle_hooks():
    return Hooks()


# As it is, the charm is imported from src/charm.py. Give your own class, or an ops.testing.Context:
#
# @pytest.fixture
# def lifecycle_charm():
#     return MyCharm


def test_lifecycle(lifecycle, lifecycle_trace):
    lifecycle.check(lifecycle_trace)
