"""The databags of a relation, with what its kinds call differently."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ops import testing

_ADDRESS = "192.0.2.1"
_OF_JUJU = {
    "egress-subnets": f"{_ADDRESS}/32",
    "ingress-address": _ADDRESS,
    "private-address": _ADDRESS,
}
"""What Juju writes into the databag of every unit."""


class Databags:
    """A relation that is being changed."""

    def __init__(self, relation: testing.RelationBase) -> None:
        """Begins with a relation; `relation` is the changed one."""
        self.relation = relation

    @property
    def units(self) -> list[int]:
        """The remote units that have a databag."""
        return [int(unit) for unit in self.relation._remote_unit_ids]

    def has(self, unit: int) -> bool:
        """Whether a remote unit has one."""
        return unit in self.units

    def application(self, own: str) -> str:
        """The application on the other side; that of peers is this one."""
        return getattr(self.relation, "remote_app_name", own)

    def join(self, unit: int | None) -> None:
        """A unit comes, with what Juju writes for it."""
        if unit is None or self.has(unit):
            return
        self._put(unit, _OF_JUJU)

    def without(self, unit: int | None) -> testing.RelationBase:
        """The relation after a unit has left."""
        relation = self.relation
        if isinstance(relation, testing.PeerRelation):
            peers = {key: bag for key, bag in relation.peers_data.items() if key != unit}
            return dataclasses.replace(relation, peers_data=peers)
        if isinstance(relation, testing.Relation):
            units = {key: bag for key, bag in relation.remote_units_data.items() if key != unit}
            return dataclasses.replace(relation, remote_units_data=units)
        return relation

    def tell(self, unit: int | None, data: Mapping[str, Any], leads: bool) -> None:
        """Applies what the other side has written; `None` takes a key away.

        The databag of the application of peers is this unit's own while it leads: nobody else
        writes it then.
        """
        relation = self.relation
        if delta := data.get("remote_app"):
            if not isinstance(relation, testing.PeerRelation):
                bag = _changed(relation.remote_app_data, delta)  # type: ignore[attr-defined]
                self.relation = relation = dataclasses.replace(relation, remote_app_data=bag)  # type: ignore[call-arg]
            elif not leads:
                bag = _changed(relation.local_app_data, delta)
                self.relation = relation = dataclasses.replace(relation, local_app_data=bag)
        if unit is not None and (delta := data.get("remote_unit")):
            self._put(unit, _changed(relation._get_databag_for_remote(unit), delta))

    def _put(self, unit: int, bag: Mapping[str, str]) -> None:
        relation, bag = self.relation, dict(bag)
        if isinstance(relation, testing.PeerRelation):
            peers = {**relation.peers_data, unit: bag}
            self.relation = dataclasses.replace(relation, peers_data=peers)
        elif isinstance(relation, testing.Relation):
            units = {**relation.remote_units_data, unit: bag}
            self.relation = dataclasses.replace(relation, remote_units_data=units)
        elif isinstance(relation, testing.SubordinateRelation):
            self.relation = dataclasses.replace(
                relation, remote_unit_id=unit, remote_unit_data=bag
            )


def _changed(bag: Mapping[str, str], delta: Mapping[str, Any]) -> dict[str, str]:
    made = {**bag, **delta}
    return {key: value for key, value in made.items() if value is not None}
