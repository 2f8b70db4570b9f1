"""A service on machines that keeps files on storage."""

import json
import subprocess
from typing import Any

import ops


class ArchiveCharm(ops.CharmBase):
    """Installs the service, and tells it where its files are."""

    _stored = ops.StoredState()

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self._stored.set_default(installed=False, places=[])
        framework.observe(self.on.install, self._on_install)
        framework.observe(self.on.upgrade_charm, self._on_install)
        framework.observe(self.on.start, self._on_start)
        framework.observe(self.on.stop, self._on_stop)
        framework.observe(self.on.config_changed, self._on_config_changed)
        framework.observe(self.on.data_storage_attached, self._on_storage_attached)
        framework.observe(self.on.cache_storage_attached, self._on_storage_attached)
        framework.observe(self.on.data_storage_detaching, self._on_storage_detaching)
        framework.observe(self.on.cache_storage_detaching, self._on_storage_detaching)
        framework.observe(self.on["archive"].relation_joined, self._on_client_joined)

    def _on_install(self, _: ops.EventBase) -> None:
        self.unit.status = ops.MaintenanceStatus("installing")
        subprocess.run(["apt-get", "install", "--yes", "archived"], check=True)
        self._stored.installed = True

    def _on_start(self, _: ops.StartEvent) -> None:
        subprocess.run(["systemctl", "restart", "archived"], check=True)
        self._tell()

    def _on_stop(self, _: ops.StopEvent) -> None:
        subprocess.run(["systemctl", "stop", "archived"], check=False)
        self.unit.status = ops.MaintenanceStatus("stopped")

    def _retention(self) -> dict[str, Any] | None:
        """The rules, or nothing if they can't be understood."""
        text = str(self.config["retention"])
        try:
            rules = json.loads(text)
        except ValueError:
            return None
        return rules if isinstance(rules, dict) else None

    def _on_config_changed(self, _: ops.ConfigChangedEvent) -> None:
        self._tell()

    def _tell(self) -> None:
        rules = self._retention()
        if rules is None:
            self.unit.status = ops.BlockedStatus("retention is no object of JSON")
            return
        if int(self.config["workers"]) < 1:
            self.unit.status = ops.BlockedStatus("workers must be 1 or more")
            return
        days = rules.get("days", 30)
        if not self._stored.places:
            self.unit.status = ops.WaitingStatus("there is no storage")
            return
        self.unit.status = ops.ActiveStatus(f"keeps files for {days} days")

    def _on_storage_attached(self, event: ops.StorageAttachedEvent) -> None:
        self._stored.places.append(event.storage.full_id)

    def _on_storage_detaching(self, event: ops.StorageDetachingEvent) -> None:
        if event.storage.full_id in self._stored.places:
            self._stored.places.remove(event.storage.full_id)
        if not self._stored.places:
            self.unit.status = ops.WaitingStatus("there is no storage")

    def _on_client_joined(self, event: ops.RelationJoinedEvent) -> None:
        event.relation.data[self.unit]["port"] = "7070"


if __name__ == "__main__":  # pragma: nocover
    ops.main(ArchiveCharm)
