"""Backups by actions, on Kubernetes."""

import ops

INDEX = "/backups/index"


class KeeperCharm(ops.CharmBase):
    """Makes backups of its container's files."""

    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        self.container = self.unit.get_container("store")
        framework.observe(self.on.store_pebble_ready, self._on_ready)
        framework.observe(self.on.config_changed, self._on_ready)
        framework.observe(self.on.create_backup_action, self._on_create_backup)
        framework.observe(self.on.list_backups_action, self._on_list_backups)
        framework.observe(self.on.restore_action, self._on_restore)

    def _on_ready(self, _: ops.EventBase) -> None:
        if not self.container.can_connect():
            self.unit.status = ops.WaitingStatus("the container is not ready")
            return
        self.container.make_dir("/backups", make_parents=True)
        self.unit.status = ops.ActiveStatus()

    def _index(self) -> list[str]:
        if not self.container.exists(INDEX):
            return []
        return self.container.pull(INDEX).read().splitlines()

    def _on_create_backup(self, event: ops.ActionEvent) -> None:
        if not self.container.can_connect():
            event.fail("the container is not ready")
            return
        comment = event.params.get("comment", "").strip()
        entries = [*self._index(), f"{event.params['kind']} {comment}".replace("\n", " ")]
        self.container.push(INDEX, "\n".join(entries) + "\n", make_dirs=True)
        event.set_results({"number": str(len(entries))})

    def _on_list_backups(self, event: ops.ActionEvent) -> None:
        if not self.container.can_connect():
            event.fail("the container is not ready")
            return
        event.set_results({"backups": "\n".join(self._index())})

    def _on_restore(self, event: ops.ActionEvent) -> None:
        if not self.container.can_connect():
            event.fail("the container is not ready")
            return
        number, entries = event.params["number"], self._index()
        if not 0 < number <= len(entries):
            event.fail(f"there is no backup {number}")
            return
        event.set_results({"restored": entries[number - 1]})


if __name__ == "__main__":  # pragma: nocover
    ops.main(KeeperCharm)
