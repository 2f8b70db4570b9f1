"""A web application on Kubernetes, with a database and an ingress."""

import logging

import ops

logger = logging.getLogger(__name__)

LEVELS = ("debug", "info", "warning", "error")
CONFIG = "/etc/notes/notes.conf"


class NotesCharm(ops.CharmBase):
    """Runs the application when all that it needs is there."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.container = self.unit.get_container("web")
        for event in (
            self.on.web_pebble_ready,
            self.on.config_changed,
            self.on.update_status,
            self.on.upgrade_charm,
            self.on.uploads_storage_attached,
            self.on["database"].relation_changed,
            self.on["ingress"].relation_changed,
            self.on["ingress"].relation_joined,
        ):
            framework.observe(event, self._reconcile)
        framework.observe(self.on["database"].relation_broken, self._on_database_broken)
        framework.observe(self.on.stop, self._on_stop)
        framework.observe(self.on.collect_unit_status, self._on_collect_status)

    def _database(self) -> str | None:
        relation = self.model.get_relation("database")
        if relation is None or relation.app is None:
            return None
        data = relation.data[relation.app]
        if not data.get("endpoints"):
            return None
        user, password = data.get("username", "notes"), data.get("password", "")
        return (
            f"postgresql://{user}:{password}@{data['endpoints']}/{data.get('database', 'notes')}"
        )

    def _settings_error(self) -> str | None:
        if self.config["log-level"] not in LEVELS:
            return "log-level is none of " + ", ".join(LEVELS)
        if not 0 < int(self.config["port"]) < 65536:
            return "port is no port"
        return None

    def _layer(self, database: str) -> ops.pebble.LayerDict:
        return {
            "services": {
                "web": {
                    "override": "replace",
                    "command": f"/bin/notes --port {self.config['port']}",
                    "environment": {
                        "DATABASE": database,
                        "LEVEL": str(self.config["log-level"]),
                        "COMPRESS": str(self.config["compress"]),
                    },
                    "startup": "enabled",
                }
            },
            "checks": {
                "alive": {
                    "override": "replace",
                    "level": "alive",
                    "http": {"url": f"http://localhost:{self.config['port']}/health"},
                }
            },
        }

    def _reconcile(self, _: ops.EventBase) -> None:
        if self._settings_error() or not self.container.can_connect():
            return
        for relation in self.model.relations["ingress"]:
            if self.unit.is_leader():
                relation.data[self.app]["port"] = str(self.config["port"])
        database = self._database()
        if database is None:
            return
        self.container.push(CONFIG, f"port = {self.config['port']}\n", make_dirs=True)
        self.container.add_layer("notes", self._layer(database), combine=True)
        self.container.replan()
        self.unit.set_ports(int(self.config["port"]))

    def _on_database_broken(self, _: ops.RelationBrokenEvent) -> None:
        if not self.container.can_connect():
            logger.info("the container is down, so there is nothing to stop")
            return
        if "web" in self.container.get_services():
            self.container.stop("web")

    def _on_stop(self, _: ops.StopEvent) -> None:
        if self.container.can_connect() and self.container.exists(CONFIG):
            self.container.remove_path(CONFIG)

    def _on_collect_status(self, event: ops.CollectStatusEvent) -> None:
        if error := self._settings_error():
            event.add_status(ops.BlockedStatus(error))
        if not self.container.can_connect():
            event.add_status(ops.WaitingStatus("the container is not ready"))
        if self.model.get_relation("database") is None:
            event.add_status(ops.BlockedStatus("there is no database"))
        elif self._database() is None:
            event.add_status(ops.WaitingStatus("the database has told nothing yet"))
        event.add_status(ops.ActiveStatus())


if __name__ == "__main__":  # pragma: nocover
    ops.main(NotesCharm)
