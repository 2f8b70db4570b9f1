"""Units that agree with their peers about who is in the ring."""

import json

import ops


class RingCharm(ops.CharmBase):
    """Tells its peers where it is; the leader tells all who is in."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on["ring"].relation_created, self._on_created)
        framework.observe(self.on["ring"].relation_joined, self._update)
        framework.observe(self.on["ring"].relation_changed, self._update)
        framework.observe(self.on["ring"].relation_departed, self._on_departed)
        framework.observe(self.on["member"].relation_joined, self._update)
        framework.observe(self.on.leader_elected, self._update)
        framework.observe(self.on.config_changed, self._update)
        framework.observe(self.on.update_status, self._update)

    @property
    def _ring(self) -> ops.Relation | None:
        return self.model.get_relation("ring")

    def _on_created(self, event: ops.RelationCreatedEvent) -> None:
        event.relation.data[self.unit]["place"] = self.unit.name.replace("/", "-")

    def _members(self, ring: ops.Relation) -> list[str]:
        return sorted(unit.name for unit in {self.unit, *ring.units})

    def _update(self, _: ops.EventBase) -> None:
        ring = self._ring
        if ring is None:
            self.unit.status = ops.WaitingStatus("there are no peers yet")
            return
        members = self._members(ring)
        if self.unit.is_leader():
            ring.data[self.app]["members"] = json.dumps(members)
            for relation in self.model.relations["member"]:
                relation.data[self.app]["members"] = json.dumps(members)
        missing = int(self.config["size"]) - len(members)
        if missing > 0:
            self.unit.status = ops.WaitingStatus(f"{missing} units are missing")
        else:
            self.unit.status = ops.ActiveStatus()

    def _on_departed(self, event: ops.RelationDepartedEvent) -> None:
        if event.departing_unit == self.unit:
            self.unit.status = ops.MaintenanceStatus("this unit leaves the ring")
            return
        self._update(event)


if __name__ == "__main__":  # pragma: nocover
    ops.main(RingCharm)
