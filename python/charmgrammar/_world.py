"""The model around a unit: what a life has made of it so far, as a `State` of `ops.testing`.

A `World` is changed by what a trace says (states of the grammar, phases, actions of others), gives
each event the object that `ops.testing` wants, and takes over the state that the charm left.
"""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from typing import Any

from ops import pebble, testing

from ._databags import Databags
from ._facts import Facts, charm_spec
from ._repairs import Facets
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
        self._relations: dict[str, int] = {}
        self._joined: dict[int, list[int]] = {}
        self._last_relation = 0
        self._is_ending = False
        self.secrets = Secrets(trace, facts)
        self.state = initial(self._beginning())
        self._fresh = {container.name: container for container in self.state.containers}
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
            containers={
                testing.Container(name, can_connect=False, execs={testing.Exec([])})
                for name in self.facts.containers
            },
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
                self._lose(name.removesuffix(".ready"))
        self._count()

    def act(self, action: Action) -> None:
        """Somebody did something that its events do not tell."""
        if action.name == "restart-container":
            for name in action.arguments.values():
                self._renew(str(name))

    def phase(self, phase: Phase) -> None:
        """A phase begins."""
        if phase.name != "teardown":
            return
        self._is_ending = True
        if self.trace.coin("the pod ends first") == 0:
            # Its containers are told to stop when the agent is.
            for name in sorted(self.facts.containers):
                self._lose(name)
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

    def _lose(self, name: str) -> None:
        container = self._container(name)
        if container is not None and container.can_connect:
            self._put(dataclasses.replace(container, can_connect=False))
            self.news.append(f"container {name} is down")

    def _renew(self, name: str) -> None:
        """A container is made anew: its files and its plan are gone."""
        container = self._container(name)
        fresh = self._fresh.get(name)
        if container is None or fresh is None:
            return
        if container.can_connect:
            self.news.append(f"container {name} is made anew")
        self._put(dataclasses.replace(fresh, can_connect=False))
        shutil.rmtree(self.context._get_container_root(name), ignore_errors=True)
        for storage in self.state.storages:
            self._mount(storage.name, storage.index)

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
                raise self._missing(f"the charm has no action `{event.declared}`")
            given = event.data.get("params") or {}
            return on.action(event.declared, params=self.facts.parameters(event.declared, given))
        if name.startswith("relation-"):
            return self._relation(event)
        if name.startswith("storage-"):
            return self._storage(event)
        if name.startswith("pebble-"):
            return self._pebble(event)
        if name.startswith("secret-"):
            return self.secrets.event(self, event)
        raise BadTrace(f"`{event.name}` is no event of Juju")

    def settle(self, event: Event, state: testing.State) -> None:
        """Takes over the state that the charm left, and applies what ends with the event."""
        self.state = state
        if event.kind == "relation-departed":
            relation = self._related(event)
            unit = self._remote(event)
            if unit is not None and unit in self._joined.get(relation.id, ()):
                self._joined[relation.id].remove(unit)
            self._swap(relation, Databags(relation).without(unit))
        elif event.kind == "relation-broken":
            relation = self._related(event)
            del self._relations[event.subject]
            self._swap(relation, None)
        elif event.kind == "storage-detaching":
            kept = {storage for storage in state.storages if not _is(storage, event)}
            self.state = dataclasses.replace(state, storages=frozenset(kept))
        self.secrets.look(self.state)

    def refresh(self, context: testing.Context[Any], facts: Facts) -> None:
        """The charm's code is another now; what the model has of the old one stays."""
        old = self.context._tmp_path / "storages"
        if old.exists():
            old.rename(context._tmp_path / "storages")
        self.context, self.facts, self.is_old = context, facts, False
        self.secrets.facts = facts
        kept = {c for c in self.state.containers if c.name in facts.containers}
        new = {
            testing.Container(name, can_connect=False, execs={testing.Exec([])})
            for name in facts.containers
            if name not in self._fresh
        }
        self._fresh.update({container.name: container for container in new})
        config = {key: value for key, value in self.state.config.items() if key in facts.options}
        self.state = dataclasses.replace(
            self.state, containers=frozenset(kept | new), config=config
        )
        self.news.append("the charm is refreshed")

    def _missing(self, message: str) -> Exception:
        return Skipped(message) if self.is_old else BadTrace(message)

    def _plain(self, event: Event) -> Any:
        if event.kind == "leader-elected":
            self._lead(True)
        if config := event.data.get("config"):
            self._configure(config)
        if event.kind == "upgrade-charm" and self.facts.is_kubernetes:
            for name in sorted(self.facts.containers):
                self._renew(name)
        return getattr(self.context.on, PLAIN[event.kind])()

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

    # Relations.

    def _relation(self, event: Event) -> Any:
        if event.declared not in self.facts.endpoints:
            raise self._missing(f"the charm has no endpoint `{event.declared}`")
        if event.kind == "relation-created" or event.subject not in self._relations:
            self._create(event)
        relation = self._related(event)
        unit = self._remote(event)
        bags = Databags(relation)
        if event.kind == "relation-joined" and unit is not None:
            bags.join(unit)
            self._joined[relation.id].append(unit)
        elif unit is not None and not bags.has(unit):
            # The grammar has left out that it joined.
            bags.join(unit)
        bags.tell(unit, event.data, self.state.leader)
        relation = self._swap(relation, bags.relation)
        self._unlist(relation, bags, leaving=unit if event.kind == "relation-departed" else None)
        make = getattr(self.context.on, event.kind.replace("-", "_"))
        if event.kind in ("relation-created", "relation-broken"):
            return make(relation)
        if unit is None:
            # `ops.testing` insists on a unit; Juju has none when an application's databag changes.
            self.facets.environment["JUJU_REMOTE_UNIT"] = ""
            return make(relation, remote_unit=0)
        if event.kind == "relation-departed":
            owner = bags.application(self.application)
            leaving = f"{owner}/{unit}"
            if event.payload.get("departing") == "this_unit":
                leaving = f"{self.application}/{self.unit}"
            self.facets.environment["JUJU_DEPARTING_UNIT"] = leaving
        return make(relation, remote_unit=unit)

    def _create(self, event: Event) -> None:
        """A new relation, with an id that no other ever had."""
        self._last_relation += 1
        taken = {relation.id for relation in self.state.relations}
        while self._last_relation in taken:
            self._last_relation += 1
        number, name = self._last_relation, event.declared
        endpoint = self.facts.endpoints[name]
        self._relations[event.subject] = number
        self._joined[number] = []
        remote = f"remote-{name}" + (f"-{chr(ord('a') + event.place % 26)}" if event.place else "")
        relation: testing.RelationBase
        if endpoint.role == "peers":
            relation = testing.PeerRelation(name, endpoint.interface, id=number, peers_data={})
        elif endpoint.is_container_scoped:
            relation = testing.SubordinateRelation(
                name, endpoint.interface, id=number, remote_app_name=remote
            )
        else:
            relation = testing.Relation(
                name, endpoint.interface, id=number, remote_app_name=remote, remote_units_data={}
            )
        self.state = dataclasses.replace(self.state, relations=self.state.relations | {relation})

    def _related(self, event: Event) -> testing.RelationBase:
        number = self._relations[event.subject]
        return self.state.get_relation(number)

    def _remote(self, event: Event) -> int | None:
        """The id of the remote unit. The grammar numbers peers without this unit."""
        if event.kind in ("relation-created", "relation-broken"):
            return None
        unit = event.payload.get("unit", 0)
        if unit is None:
            return None
        is_peer = self.facts.endpoints[event.declared].role == "peers"
        return int(unit) + (1 if is_peer and unit >= self.unit else 0)

    def _unlist(self, relation: testing.RelationBase, bags: Databags, leaving: int | None) -> None:
        """Hides the units that Juju would not list: those that leave, or have not joined."""
        joined = self._joined[relation.id]
        hidden = {unit for unit in bags.units if unit == leaving or unit not in joined}
        self.facets.unlisted = frozenset((relation.id, unit) for unit in hidden)

    def _swap(
        self, old: testing.RelationBase, new: testing.RelationBase | None
    ) -> testing.RelationBase:
        if new is not old:
            kept = {relation for relation in self.state.relations if relation.id != old.id}
            if new is not None:
                kept.add(new)
            self.state = dataclasses.replace(self.state, relations=frozenset(kept))
        return old if new is None else new

    # Storage and containers.

    def _storage(self, event: Event) -> Any:
        name, index = event.declared, event.place
        if name not in self.facts.storage:
            raise self._missing(f"the charm has no storage `{name}`")
        if event.kind == "storage-attached":
            storage = testing.Storage(name, index=index)
            kept = {other for other in self.state.storages if not _is(other, event)}
            self.state = dataclasses.replace(self.state, storages=frozenset({*kept, storage}))
            self._mount(name, index)
            return self.context.on.storage_attached(storage)
        for storage in self.state.storages:
            if _is(storage, event):
                return self.context.on.storage_detaching(storage)
        raise self._missing(f"storage `{event.subject}` is detached, and was not attached")

    def _mount(self, name: str, index: int) -> None:
        for container, mounts in self.facts.containers.items():
            for storage, location in mounts:
                found = self._container(container)
                if storage != name or found is None:
                    continue
                key = name if index == 0 else f"{name}-{index}"
                place = location if index == 0 else f"{location}/{index}"
                if key in found.mounts:
                    continue
                source = self.context._get_storage_root(name, index)
                mount = testing.Mount(location=place, source=source)
                self._put(dataclasses.replace(found, mounts={**found.mounts, key: mount}))

    def _pebble(self, event: Event) -> Any:
        name = event.declared
        container = self._container(name)
        if container is None:
            raise self._missing(f"the charm has no container `{name}`")
        if event.kind == "pebble-ready":
            container = self._put(dataclasses.replace(container, can_connect=True))
            return self.context.on.pebble_ready(container)
        if not container.can_connect:
            raise Skipped(f"container {name} is down")
        if event.kind == "pebble-custom-notice":
            key = event.data.get("key") or event.payload.get("key") or "example.com/notice"
            notice = testing.Notice(str(key))
            others = [old for old in container.notices if old.key != notice.key]
            container = self._put(dataclasses.replace(container, notices=[*others, notice]))
            return self.context.on.pebble_custom_notice(container, notice)
        info = self._check(container, str(event.payload.get("check", "")))
        failed = event.kind == "pebble-check-failed"
        info = dataclasses.replace(
            info,
            status=pebble.CheckStatus.DOWN if failed else pebble.CheckStatus.UP,
            failures=info.threshold if failed else 0,
        )
        infos = {old for old in container.check_infos if old.name != info.name} | {info}
        container = self._put(dataclasses.replace(container, check_infos=frozenset(infos)))
        make = getattr(self.context.on, event.kind.replace("-", "_"))
        return make(container, info)

    def _check(self, container: testing.Container, name: str) -> testing.CheckInfo:
        """The check of that name in the plan, or as many places down as the grammar has it."""
        infos = sorted(container.check_infos, key=lambda info: info.name)
        for info in infos:
            if info.name == name:
                return info
        names = self.trace.names("check")
        place = names.index(name) if name in names else 0
        if place < len(infos):
            return infos[place]
        raise Skipped(f"the plan of container {container.name} has no check `{name}`")

    def _container(self, name: str) -> testing.Container | None:
        for container in self.state.containers:
            if container.name == name:
                return container
        return None

    def _put(self, container: testing.Container) -> testing.Container:
        kept = {other for other in self.state.containers if other.name != container.name}
        self.state = dataclasses.replace(self.state, containers=frozenset({*kept, container}))
        return container


def _is(storage: testing.Storage, event: Event) -> bool:
    return storage.name == event.declared and storage.index == event.place
