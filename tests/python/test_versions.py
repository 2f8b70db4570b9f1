"""Every supported version of ops: the environments are those that `.ci/run` makes for each."""

import json
import shutil
from pathlib import Path

import pytest
from conftest import CHARMS, ROOT, plant, run_command

PYTHONS = sorted((ROOT / "target" / "python").glob("ops-*/bin/python"))

MIXED = """
import ops


class Mixed(ops.CharmBase):
    def __init__(self, framework: ops.Framework):
        super().__init__(framework)
        framework.observe(self.on.rescan_action, self._on_rescan)
        framework.observe(self.on.db_relation_changed, self._on_changed)

    def _on_rescan(self, event: ops.ActionEvent) -> None:
        event.set_results({"found": "nothing"})

    def _on_changed(self, event: ops.RelationChangedEvent) -> None:
        self.unit.status = ops.ActiveStatus(str(event.unit))
        self.model.resources.fetch("config-file")


if __name__ == "__main__":
    ops.main(Mixed)
"""


def mixed(directory: Path) -> Path:
    """A charm with a name in one file and actions in the other, a resource and a relation."""
    (directory / "src").mkdir(parents=True)
    (directory / "src" / "charm.py").write_text(MIXED)
    (directory / "charmcraft.yaml").write_text(
        "type: charm\nactions: {rescan: {description: Looks again.}}\n"
    )
    (directory / "metadata.yaml").write_text(
        "name: mixed\nsummary: s\ndescription: d\nrequires: {db: {interface: db}}\n"
        "resources: {config-file: {type: file, filename: config.yaml}}\n"
    )
    return directory


@pytest.mark.parametrize("python", PYTHONS, ids=lambda path: path.parts[-3])
def test_charms_run_with_this_version(python, tmp_path):
    options = ("--seed", "1", "--format", "json")
    # Relations whose application's data change, resources, storage, containers, peers.
    charms = [mixed(tmp_path / "mixed"), *(CHARMS / name for name in ("archive", "vault", "ring"))]
    for charm in charms:
        ran = run_command(charm, "-n", "20", *options, python=python)
        assert (ran.returncode, ran.stderr) == (0, ""), f"{charm}: {ran.stdout}{ran.stderr}"
    faulty = tmp_path / "vault"
    plant("vault", faulty)
    ran = run_command(faulty, "-n", "12", *options, python=python)
    (failure,) = json.loads(ran.stdout)["failures"]
    assert ran.returncode == 1
    assert failure["frame"]["file"] == "src/charm.py"


def test_actions_beside_a_name_in_metadata_are_found(tmp_path):
    ran = run_command(mixed(tmp_path / "mixed"), "-n", "10", "--seed", "1")
    assert ran.returncode == 0, ran.stderr
    shutil.rmtree(tmp_path / "mixed")
