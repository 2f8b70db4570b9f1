"""What `charmgrammar export` writes runs where it is to run: on ops, on jubilant, by Juju's client."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from charmgrammar import draw
from conftest import CHARMS, NAMES, command

N_TRACES = 3
OF_THE_TEST = {"add-model", "destroy-model", "status", "wait-for", "deploy"}
"""What each form does in its own way."""


NO_PROGRAMS = """
import pytest
from charmgrammar._sandbox import Sandbox

@pytest.fixture(autouse=True)
def no_programs():
    with Sandbox(60):
        yield
"""
"""What an author has who tests a charm that starts programs."""

NO_SLEEP = """
import time

time.sleep = lambda _: None
"""
"""`jubilant` waits a second between two looks at the status."""


def lives(name):
    arguments = ["--charm", str(CHARMS / name), "--set", "operations=20", "--data", "typed"]
    return draw(arguments, N_TRACES, 3)


def export(trace, name, form, path):
    line = path.parent / "trace.jsonl"
    line.write_text(trace.line() + "\n")
    ran = command("export", "--charm", CHARMS / name, line, "--as", form, "-o", path)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture
def juju(tmp_path, monkeypatch):
    """A fake `juju` on the path; gives the commands that it was given."""
    binary, log = tmp_path / "bin" / "juju", tmp_path / "log"
    binary.parent.mkdir()
    fake = Path(__file__).with_name("fake_juju.py")
    binary.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{fake}' \"$@\"\n")
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{binary.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_JUJU_LOG", str(log))

    def given():
        commands = [json.loads(line) for line in log.read_text().splitlines()]
        log.write_text("")
        return commands

    return given


def pytest_passes(path, source):
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"]
    # ops warns of events that later versions of Juju do not have.
    words += ["-W", "ignore::DeprecationWarning"]
    env = {**os.environ, "PYTHONPATH": f"{source}:{os.environ['PYTHONPATH']}"}
    ran = subprocess.run(
        [*words, str(path)],
        capture_output=True,
        text=True,
        env=env,
        cwd=path.parent,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", NAMES)
def test_a_test_of_ops_testing_passes_on_a_sound_charm(name, tmp_path):
    (tmp_path / "conftest.py").write_text(NO_PROGRAMS)
    for number, trace in enumerate(lives(name)):
        path = tmp_path / f"test_{number}.py"
        export(trace, name, "pytest", path)
    pytest_passes(tmp_path, CHARMS / name / "src")


@pytest.mark.parametrize("name", ["archive", "notes"])
def test_commands_are_those_of_juju_and_jubilant_gives_the_same(name, tmp_path, juju):
    pytest.importorskip("jubilant")
    (tmp_path / "conftest.py").write_text(NO_SLEEP)
    seen = set()
    for trace in lives(name):
        script, test = tmp_path / "life.sh", tmp_path / "test_life.py"
        export(trace, name, "juju", script)
        subprocess.run(["sh", str(script)], check=True, cwd=tmp_path)
        by_script = juju()
        export(trace, name, "jubilant", test)
        pytest_passes(test, "")
        by_jubilant = juju()
        assert by_jubilant[0]["command"] == "add-model"
        assert by_jubilant[-1]["command"] == "destroy-model"
        both = [
            [plain(given) for given in all_given if given["command"] not in OF_THE_TEST]
            for all_given in (by_script, by_jubilant)
        ]
        assert both[0] == both[1]
        seen |= {given["command"] for given in both[0]}
    assert {"config", "integrate"} & seen


def plain(given):
    """A command without what does not matter."""
    return {key: value for key, value in given.items() if key not in ("no_prompt", "format")}
