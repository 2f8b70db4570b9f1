"""The relations of a unit: their ids, their units, and what is in their databags."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from ops import testing

from ._databags import Databags
from ._trace import Event

if TYPE_CHECKING:
    from ._world import World


class Relations:
    """The relations of a world."""

    def __init__(self, world: World) -> None:
        """Begins with none: a relation comes with its first event."""
        self.world = world
        self._relations: dict[str, int] = {}
        """The id that an instance of the grammar has now."""
        self._joined: dict[int, list[int]] = {}
        """The units that have joined."""
        self._last = 0

    def event(self, event: Event) -> Any:
        """Does what the event tells of, and makes the event of `ops.testing`."""
        if event.declared not in self.world.facts.endpoints:
            raise self.world.missing(f"the charm has no endpoint `{event.declared}`")
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
        bags.tell(unit, event.data, self.world.state.leader)
        relation = self._swap(relation, bags.relation)
        self._unlist(relation, bags, leaving=unit if event.kind == "relation-departed" else None)
        make = getattr(self.world.context.on, event.kind.replace("-", "_"))
        if event.kind in ("relation-created", "relation-broken"):
            return make(relation)
        if unit is None:
            # `ops.testing` insists on a unit; Juju has none when an application's databag changes.
            self.world.facets.environment["JUJU_REMOTE_UNIT"] = ""
            return make(relation, remote_unit=0)
        if event.kind == "relation-departed":
            owner = bags.application(self.world.application)
            leaving = f"{owner}/{unit}"
            if event.payload.get("departing") == "this_unit":
                leaving = f"{self.world.application}/{self.world.unit}"
            self.world.facets.environment["JUJU_DEPARTING_UNIT"] = leaving
        return make(relation, remote_unit=unit)

    def depart(self, event: Event) -> None:
        """A unit has left."""
        relation, unit = self._related(event), self._remote(event)
        if unit is not None and unit in self._joined.get(relation.id, ()):
            self._joined[relation.id].remove(unit)
        self._swap(relation, Databags(relation).without(unit))

    def end(self, event: Event) -> None:
        """A relation is broken; should it come again, it is another one."""
        relation = self._related(event)
        del self._relations[event.subject]
        self._swap(relation, None)

    def _create(self, event: Event) -> None:
        """A new relation, with an id that no other ever had."""
        self._last += 1
        taken = {relation.id for relation in self.world.state.relations}
        while self._last in taken:
            self._last += 1
        number, name = self._last, event.declared
        endpoint = self.world.facts.endpoints[name]
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
        self.world.state = dataclasses.replace(
            self.world.state, relations=self.world.state.relations | {relation}
        )

    def _related(self, event: Event) -> testing.RelationBase:
        number = self._relations[event.subject]
        return self.world.state.get_relation(number)

    def _remote(self, event: Event) -> int | None:
        """The id of the remote unit. The grammar numbers peers without this unit."""
        if event.kind in ("relation-created", "relation-broken"):
            return None
        unit = event.payload.get("unit", 0)
        if unit is None:
            return None
        is_peer = self.world.facts.endpoints[event.declared].role == "peers"
        return int(unit) + (1 if is_peer and unit >= self.world.unit else 0)

    def _unlist(self, relation: testing.RelationBase, bags: Databags, leaving: int | None) -> None:
        """Hides the units that Juju would not list: those that leave, or have not joined."""
        joined = self._joined[relation.id]
        hidden = {unit for unit in bags.units if unit == leaving or unit not in joined}
        self.world.facets.unlisted = frozenset((relation.id, unit) for unit in hidden)

    def _swap(
        self, old: testing.RelationBase, new: testing.RelationBase | None
    ) -> testing.RelationBase:
        if new is not old:
            kept = {relation for relation in self.world.state.relations if relation.id != old.id}
            if new is not None:
                kept.add(new)
            self.world.state = dataclasses.replace(self.world.state, relations=frozenset(kept))
        return old if new is None else new
