"""Traces run side by side, each in a process of its own."""

import json
import os
import signal
import subprocess
import time

import pytest
from conftest import plant, run_command, run_words

FEW = ["-n", "8", "--seed", "1"]

METADATA = """
name: small
type: charm
summary: A small charm
description: It does what a test wants.
"""

CHARM = """
import os
from pathlib import Path

import ops

HERE = Path({here!r})
SEEN = []


class SmallCharm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        for name in ("install", "config_changed", "update_status"):
            framework.observe(getattr(self.on, name), self._on_any)

    def _on_any(self, event):
        {body}


if __name__ == "__main__":
    ops.main(SmallCharm)
"""


@pytest.fixture
def small(tmp_path):
    """Makes a charm that does this at `install`, `config-changed` and `update-status`."""

    def make(*body):
        directory = tmp_path / "small"
        (directory / "src").mkdir(parents=True)
        (directory / "charmcraft.yaml").write_text(METADATA)
        text = CHARM.format(here=str(tmp_path), body="\n        ".join(body))
        (directory / "src" / "charm.py").write_text(text)
        return directory

    return make


def interrupted(words, marker):
    """What is told when Ctrl-C comes as soon as a file is there."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        words, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as process:
        while not marker.exists():
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        # It ends only when all that write to it have ended.
        told, errors = process.communicate()
    assert process.returncode == 130, told + errors
    return told


def test_the_result_is_the_same_for_any_number_of_jobs(tmp_path):
    faulty = plant("notes", tmp_path / "notes")

    def told(jobs):
        ran = run_command(faulty, *FEW, "--format", "json", "--jobs", jobs)
        assert ran.returncode == 1, ran.stderr
        whole = json.loads(ran.stdout)
        return [whole[name] for name in ("traces", "outcomes", "failures")]

    assert told(1) == told(3)


def test_a_life_sees_nothing_of_others(small):
    charm = small(
        "if event.handle.kind == 'install':",
        "    assert not SEEN",
        "    SEEN.append(1)",
    )
    ran = run_command(charm, *FEW, "--jobs", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_charm_that_ends_its_process_has_failed(small):
    charm = small("if event.handle.kind == 'update_status':", "    os._exit(3)")
    ran = run_command(charm, *FEW)
    assert ran.returncode == 1, ran.stderr
    assert "ProcessDied: the process of the charm has ended with exit code 3" in ran.stdout
    assert "update-status" in ran.stdout
    assert "shrunk from" in ran.stdout


def test_ctrl_c_ends_all_lives_and_tells_what_was_run(small, tmp_path):
    charm = small(
        "(HERE / f'{os.getpid()}').touch()",
        # The first life is to see whether the charm starts.
        "if len(list(HERE.glob('[0-9]*'))) > 3:",
        "    (HERE / 'begun').touch()",
        "    while True: pass",
    )
    words = [*run_words(charm), *FEW, "--jobs", "2", "--event-seconds", "600"]
    words += ["--writable", str(tmp_path)]
    told = interrupted(words, tmp_path / "begun")
    assert "were not begun: interrupted" in told
    assert list(tmp_path.glob("charmgrammar-*")) == []


def test_ctrl_c_ends_shrinking_with_the_best_so_far(small, tmp_path):
    charm = small(
        "(HERE / f'{os.getpid()}').touch()",
        # The first life, two that fail, the same again, and two smaller ones.
        "if len(list(HERE.glob('[0-9]*'))) > 6:",
        "    (HERE / 'begun').touch()",
        "    while not (HERE / 'over').exists(): pass",
        "if event.handle.kind == 'config_changed':",
        "    raise ValueError('no')",
    )
    words = [*run_words(charm), "-n", "2", "--seed", "1", "--jobs", "1", "--event-seconds", "1"]
    words += ["--writable", str(tmp_path)]
    told = interrupted(words, tmp_path / "begun")
    assert "ValueError: no" in told
    assert "shrunk from" in told
    assert "when the limit was met" in told
