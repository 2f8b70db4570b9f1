"""The model around a unit: what a life has made of it so far, as a `State` of `ops.testing`.

A `World` is changed by what a trace says (states of the grammar, phases, actions of others), gives
each event the object that `ops.testing` wants, and takes over the state that the charm left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from ops import testing

from ._containers import Containers, made
from ._facts import Facts, charm_spec
from ._relations import Relations
from ._repairs import Facets, temporary
from ._secrets import Secrets
from ._trace import Action, BadTrace, Change, Event, Phase, Skipped, Trace

_UUID = "5f0c7f4e-6a0e-4b6e-9a53-2d6b8f0c1d4e"

UNSEEN = frozenset({"leader-settings-changed", "collect-metrics", "meter-status-changed"})
"""Events of Juju that `ops.testing` does not have."""

PLAIN = {
    "install": "install",
    "start": "start",
    "stop": "stop",
    "remove": "remove",
    "update-status": "update_status",
    "config-changed": "config_changed",
    "upgrade-charm": "upgrade_charm",
    "leader-elected": "leader_elected",
    "pre-series-upgrade": "pre_series_upgrade",
    "post-series-upgrade": "post_series_upgrade",
}
"""Events about the unit itself, with their names in `ops.testing`."""


class World:
    """The model of one life."""

    def __init__(
        self,
        context: testing.Context[Any],
        facts: Facts,
        trace: Trace,
        initial: Callable[[testing.State], testing.State],
    ) -> None:
        """`initial` may change the state that the life begins with."""
        self.context, self.facts, self.trace = context, facts, trace
        self.facets = Facets()
        self.unit = int(getattr(context, "unit_id", getattr(context, "_unit_id", 0)) or 0)
        named = getattr(context, "app_name", None) or vars(context).get("_app_name")
        self.application = str(named or charm_spec(context).meta["name"])
        self.news: list[str] = []
        """World changes without an event since this was last emptied, in words."""
        self._told = dict(trace.init)
        self._is_ending = False
        self.secrets = Secrets(trace, facts)
        self.state = initial(self._beginning())
        self.containers, self.relations = Containers(self), Relations(self)
        self.secrets.look(self.state)

    def _beginning(self) -> testing.State:
        told = self._told
        leads = told.get("leader") is True
        if "leadership" in told:
            # The first unit leads from the start, though it hears of that only later.
            first = [
                item.states["leadership"]
                for item in self.trace.items
                if isinstance(item, Change) and "leadership" in item.states
            ]
            leads = first[:1] == ["leader"] and self.trace.coin("leads from the start") == 0
            if leads:
                self.news.append("this unit leads from the start")
        config, secrets = self.secrets.at_first()
        return testing.State(
            leader=leads,
            config=config,
            secrets=secrets,
            containers={made(name) for name in self.facts.containers},
            model=testing.Model(
                "lifecycle", uuid=_UUID, type="kubernetes" if self.facts.is_kubernetes else "lxd"
            ),
            planned_units=1,
        )

    # What has no event.

    def change(self, states: Mapping[str, Any]) -> None:
        """States of the grammar are now these."""
        self._told.update(states)
        for name, value in states.items():
            if name == "leadership":
                self._lead(value == "leader")
            elif name == "leader":
                self._lead(bool(value))
            elif name.endswith(".ready") and value is False:
                self.containers.lose(name.removesuffix(".ready"))
        self._count()

    def act(self, action: Action) -> None:
        """Somebody did something that its events do not tell."""
        if action.name == "restart-container":
            for name in action.arguments.values():
                self.containers.renew(str(name))

    def phase(self, phase: Phase) -> None:
        """A phase begins."""
        if phase.name != "teardown":
            return
        self._is_ending = True
        if self.trace.coin("the pod ends first") == 0:
            # Its containers are told to stop when the agent is.
            for name in sorted(self.facts.containers):
                self.containers.lose(name)
        self._count()

    def _lead(self, leads: bool) -> None:
        if self.state.leader and not leads:
            self.news.append("leadership is lost")
        if self.state.leader != leads:
            self.state = dataclasses.replace(self.state, leader=leads)

    def _count(self) -> None:
        """Planned units: this one and its peers."""
        peers = [
            len(value)
            for name, value in self._told.items()
            if name.endswith(".members") and self._is_peer(name.removesuffix(".members"))
        ]
        planned = 1 + max(peers, default=0)
        scale = self._told.get("scale")
        if isinstance(scale, int) and not isinstance(scale, bool):
            planned = scale
        if self._is_ending and self.trace.coin("the application ends") == 0:
            planned = 0
        if planned != self.state.planned_units:
            self.state = dataclasses.replace(self.state, planned_units=planned)
            self.news.append(f"planned units: {planned}")

    def _is_peer(self, instance: str) -> bool:
        endpoint = self.facts.endpoints.get(instance.partition("[")[0])
        return endpoint is not None and endpoint.role == "peers"

    # Events.

    def prepare(self, event: Event) -> Any:
        """Changes the world to what the event tells of, and makes the event of `ops.testing`.

        Raises:
            BadTrace: there is no such event.
            Skipped: it can't happen now.
        """
        self.facets.environment = {}
        self.facets.unlisted = frozenset()
        self.secrets.grant(self, event.data)
        name = event.kind
        if name in UNSEEN:
            self._lead(self.state.leader and name != "leader-settings-changed")
            raise Skipped("ops.testing has no such event")
        if name in PLAIN:
            return self._plain(event)
        on = self.context.on
        if name == "action":
            if event.declared not in self.facts.actions:
                raise self.missing(f"the charm has no action `{event.declared}`")
            given = event.data.get("params") or {}
            return on.action(event.declared, params=self.facts.parameters(event.declared, given))
        if name.startswith("relation-"):
            return self.relations.event(event)
        if name.startswith("storage-"):
            return self.containers.storage_event(event)
        if name.startswith("pebble-"):
            return self.containers.pebble_event(event)
        if name.startswith("secret-"):
            return self.secrets.event(self, event)
        raise BadTrace(f"`{event.name}` is no event of Juju")

    def settle(self, event: Event, state: testing.State) -> None:
        """Takes over the state that the charm left, and applies what ends with the event."""
        self.state = state
        if event.kind == "relation-departed":
            self.relations.depart(event)
        elif event.kind == "relation-broken":
            self.relations.end(event)
        elif event.kind == "storage-detaching":
            self.containers.detach(event)
        self.secrets.look(self.state)

    def refresh(self, context: testing.Context[Any], facts: Facts) -> None:
        """The charm's code is another now; what the model has of the old one stays."""
        old = temporary(self.context) / "storages"
        if old.exists():
            old.rename(temporary(context) / "storages")
        self.context, self.facts, self.is_old = context, facts, False
        self.secrets.facts = facts
        self.containers.refresh()
        config = {key: value for key, value in self.state.config.items() if key in facts.options}
        self.state = dataclasses.replace(self.state, config=config)
        self.news.append("the charm is refreshed")

    def missing(self, message: str) -> Exception:
        return Skipped(message) if self.is_old else BadTrace(message)

    def _plain(self, event: Event) -> Any:
        if event.kind == "leader-elected":
            self._lead(True)
        if config := event.data.get("config"):
            self._configure(config)
        if event.kind == "upgrade-charm" and self.facts.is_kubernetes:
            for name in sorted(self.facts.containers):
                self.containers.renew(name)
            self._renew_pod()
        return getattr(self.context.on, PLAIN[event.kind])()

    def _renew_pod(self) -> None:
        """The charm's own container is a new one, as each `upgrade-charm` on Kubernetes tells: the
        file is gone in which ops keeps what was deferred and stored.
        """
        if self.facts.is_stored_by_juju or not (self.state.deferred or self.state.stored_states):
            return
        self.state = dataclasses.replace(self.state, deferred=[], stored_states=frozenset())
        self.news.append("the new pod has lost what was deferred and stored")

    def _configure(self, delta: Mapping[str, Any]) -> None:
        config = dict(self.state.config)
        for name, value in delta.items():
            if name not in self.facts.options:
                continue
            if value is None:
                config.pop(name, None)
            else:
                config[name] = self.facts.option(name, value)
        self.state = dataclasses.replace(self.state, config=config)
