"""`charmgrammar run`, end to end."""

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from conftest import CHARMS, break_install, plant, run_command

FEW = ["-n", "8", "--seed", "1"]


@pytest.fixture
def faulty(tmp_path):
    return plant("vault", tmp_path / "vault")


def test_a_sound_charm_is_said_to_be_so():
    ran = run_command(CHARMS / "vault", *FEW)
    assert ran.returncode == 0, ran.stderr
    assert "failures: 0 new, 0 known" in ran.stdout


def test_a_failure_is_told_and_emitted(faulty, tmp_path):
    test, saved = tmp_path / "test_repro.py", tmp_path / "saved"
    ran = run_command(faulty, *FEW, "--emit", test, "--save", saved)
    assert ran.returncode == 1, ran.stderr
    assert "shrunk from" in ran.stdout
    assert "→   4 config-changed" in ran.stdout
    assert "ops.model.SecretNotFoundError: credentials" in ran.stdout
    assert "charmgrammar" not in test.read_text().partition('"""\n')[2]
    env = {"PYTHONPATH": str(faulty / "src"), "PATH": ""}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    plain = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
    assert "SecretNotFoundError" in plain.stdout
    assert "1 failed" in plain.stdout

    replayed = run_command(faulty, *saved.iterdir())
    assert replayed.returncode == 1
    assert "so failed 1 of 1 traces" in replayed.stdout


def test_known_failures_are_no_news(faulty, tmp_path):
    known = tmp_path / "known.txt"
    assert run_command(faulty, *FEW, "--write-known", known).returncode == 1
    ran = run_command(faulty, *FEW, "--known", known)
    assert ran.returncode == 0
    assert "failures: 0 new, 1 known" in ran.stdout
    mended = run_command(CHARMS / "vault", *FEW, "--known", known)
    assert "not seen any more" in mended.stdout
    assert run_command(faulty, *FEW, "--known", tmp_path / "none").returncode == 2


def test_the_result_is_the_same_each_time_and_for_programs(faulty):
    def told(*arguments):
        ran = run_command(faulty, *FEW, "--format", "json", *arguments)
        whole = json.loads(ran.stdout)
        for name in ("seconds", "charm_seconds"):
            del whole[name]
        return whole

    once = told()
    assert once == told()
    (failure,) = once["failures"]
    assert failure["frame"]["file"] == "src/charm.py"
    assert failure["class"] == "lifecycle"
    assert failure["shrunk"]["smallest"]
    assert failure["shrunk"]["runs"] < 60
    assert failure["count"] == len(failure["traces"])
    tree = ElementTree.fromstring(run_command(faulty, *FEW, "--format", "junit").stdout)
    assert len(tree.findall(".//testcase")) == 8
    assert len(tree.findall(".//failure")) == failure["count"]


def test_a_charm_that_does_not_start_is_no_finding(tmp_path):
    directory = tmp_path / "vault"
    shutil.copytree(CHARMS / "vault", directory)
    source = directory / "src" / "charm.py"
    source.write_text("import a_module_that_nobody_has\n" + source.read_text())
    ran = run_command(directory, *FEW)
    assert ran.returncode == 2
    assert "the charm does not start in this environment" in ran.stderr
    assert "a_module_that_nobody_has" in ran.stderr
    source.write_text(source.read_text().replace("import a_module", "# import a_module"))
    text = source.read_text()
    source.write_text(text.replace("super().__init__(framework)", "raise OSError('no')"))
    ran = run_command(directory, *FEW)
    assert ran.returncode == 2
    assert "OSError: no" in ran.stderr


def test_what_fails_at_one_early_event_in_all_traces_is_no_finding(tmp_path):
    directory = tmp_path / "archive"
    shutil.copytree(CHARMS / "archive", directory)
    break_install(directory)
    ran = run_command(directory, *FEW, "--format", "json")
    assert ran.returncode == 2
    assert "does not start in this environment:\n  `install` fails in 8 of 8 traces" in ran.stderr
    assert "FileNotFoundError: there is no snapd" in ran.stderr
    assert "lifecycle_charm" in ran.stderr
    assert "does not start" in json.loads(ran.stdout)["error"]
    # Of one or two traces nobody can tell; and what fails in a few of many is a finding.
    assert run_command(directory, "-n", "1", "--seed", "1").returncode == 1


def test_a_charm_is_refreshed_with_its_state_kept(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    for directory in (old, new):
        shutil.copytree(CHARMS / "archive", directory)
    source = new / "src" / "charm.py"
    text = source.read_text()
    # It takes for granted that what the old one never kept is there.
    source.write_text(
        text.replace(
            '        self.unit.status = ops.MaintenanceStatus("installing")',
            "        if isinstance(event, ops.UpgradeCharmEvent):\n"
            "            assert list(self._stored.places) is not None\n"
            "            print(self._stored.added)\n"
            "        self._stored.added = True",
        ).replace("_on_install(self, _:", "_on_install(self, event:")
    )
    alone = run_command(new, "-n", "20", "--seed", "1", "--data", "plain")
    assert alone.returncode == 0, alone.stdout + alone.stderr
    ran = run_command(new, "-n", "20", "--seed", "1", "--data", "plain", "--upgrade-from", old)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "AttributeError" in ran.stdout
    assert "the charm is refreshed" in ran.stdout


def fake_python(path, *, version=None):
    """A Python without the packages of this one, or with ops of an old version."""
    path.parent.mkdir(parents=True)
    modules = path.parent / "modules"
    if version is not None:
        modules.mkdir()
        (modules / "ops.py").write_text(f"__version__ = {version!r}\n")
    path.write_text(f'#!/bin/sh\nPYTHONPATH={modules} exec {sys.executable} -S "$@"\n')
    path.chmod(0o755)


def test_the_environment_is_found_or_each_is_told(tmp_path, monkeypatch):
    charm, tools = tmp_path / "vault", tmp_path / "tools"
    shutil.copytree(CHARMS / "vault", charm)
    for name in ("VIRTUAL_ENV", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    # The system's own has none.
    fake_python(tools / "bin" / "python3")
    monkeypatch.setenv("PATH", f"{tools / 'bin'}:/usr/bin:/bin")
    fake_python(charm / ".venv" / "bin" / "python", version="2.16.0")
    fake_python(charm / ".tox" / "unit" / "bin" / "python")
    own = tmp_path / "own" / "bin"
    own.mkdir(parents=True)
    shutil.copy(os.environ["CHARMGRAMMAR_BIN"], own / "charmgrammar")
    words = [own / "charmgrammar", "run", "--charm", charm, *FEW]

    def ran():
        return subprocess.run(words, capture_output=True, text=True, check=False)

    failed = ran()
    assert failed.returncode == 2
    assert ".venv/bin/python`: ops 2.16.0 found, 2.23 is the oldest supported" in failed.stderr
    assert ".tox/unit/bin/python`: no ops" in failed.stderr
    assert "`python3`: no ops" in failed.stderr
    # Beside the command.
    (own / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (own / "python").chmod(0o755)
    assert ran().returncode == 0


def test_mistakes_are_told(tmp_path):
    story = tmp_path / "story"
    story.write_text("simulation:\nend.\n")
    ran = run_command(CHARMS / "vault", story)
    assert (ran.returncode, "is no jsonl" in ran.stderr) == (2, True)
    ran = subprocess.run(
        [*run_words(CHARMS / "vault"), "--python", str(tmp_path / "nothing")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "cannot run" in ran.stderr


def run_words(charm):
    return [os.environ["CHARMGRAMMAR_BIN"], "run", "--charm", str(charm), *FEW]
