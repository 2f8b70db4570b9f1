"""What an author can say about the lives of their charm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._trace import Event, Trace

if TYPE_CHECKING:
    from ops import testing


class Hooks:
    """Override what you need; as they are, they change nothing.

    An exception in one of them fails the life, as one of the charm does. So an invariant is an
    `assert` in `after_event` or `at_end`.
    """

    def before_trace(self, trace: Trace) -> None:
        """A life begins: reset your fakes."""

    def initial_state(self, state: testing.State, trace: Trace) -> testing.State:
        """The state that a life begins with: layers, execs, networks, resources.

        Relations, storage and leadership come from the trace.
        """
        return state

    def values(self, event: Event, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is fed to the charm with an event.

        `data` may have `config` (a delta; `None` resets), `params` of an action, `remote_app` and
        `remote_unit` (deltas of databags; `None` removes) and `content` of a secret. `event` says
        by its `kind`, `declared` and `payload` what it is about.
        """
        return data

    def before_event(self, state: testing.State, event: Event) -> testing.State:
        """The state that the charm will see."""
        return state

    def after_event(self, state: testing.State, event: Event) -> None:
        """The state that the charm has left: a place for invariants."""

    def at_end(self, state: testing.State, trace: Trace) -> None:
        """The state after the last event of a life that went well."""


class Invariants(Hooks):
    """What holds of most charms. Derive from it to have it beside your own."""

    def at_end(self, state: testing.State, trace: Trace) -> None:
        """After a whole life the charm has told its status at least once."""
        if any(event.kind == "start" for event in trace.events):
            assert state.unit_status.name != "unknown", "the unit's status was never set"
