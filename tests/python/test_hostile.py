"""Charms that would do harm, by mistake or on purpose: none reaches the machine, the report is whole,
and everything ends.
"""

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from charmgrammar._workspace import Workspace
from conftest import run_command, run_words

METADATA = """
name: small
type: charm
summary: A small charm
description: It does what a test wants.
"""

CHARM = """
{at_import}
import ops


class SmallCharm(ops.CharmBase):
    def __init__(self, framework):
        super().__init__(framework)
        framework.observe(self.on.config_changed, self._on_config_changed)

    def _on_config_changed(self, _):
        {body}


if __name__ == "__main__":
    ops.main(SmallCharm)
"""

FEW = ["-n", "2", "--seed", "1", "--no-shrink", "--event-seconds", "1"]


@pytest.fixture
def checkout(tmp_path):
    """A directory with a charm, and one beside it that a link of the charm leads to."""
    directory = tmp_path / "checkout" / "charm"
    for name in ("src", "templates", "data/x", "../outside"):
        (directory / name).mkdir(parents=True)
    for name in ("README.md", "templates/a.txt", "data/x/y", "../outside/f"):
        (directory / name).write_text(f"this is {name}")
    (directory / "charmcraft.yaml").write_text(METADATA)
    (directory / "ext").symlink_to("../outside")
    (directory / "itself").symlink_to("itself")
    return directory


@pytest.fixture
def charm(checkout):
    """Makes a charm that does this at `config-changed`, and that when it is imported."""

    def make(body="pass", at_import=""):
        text = CHARM.format(body=body.replace("\n", "\n        "), at_import=at_import)
        text = text.replace("CHECKOUT", repr(str(checkout)))
        (checkout / "src" / "charm.py").write_text(text)
        return checkout

    return make


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
    """Sees to it that no temporary file and no process stays."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    yield
    wait_for(lambda: not [*directory.glob("charmgrammar-*")], [*directory.iterdir()])
    wait_for(lambda: not processes(directory), processes(directory))


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def processes(directory):
    """The processes whose command or working directory has to do with a directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().decode(errors="replace")
            place = (path / "cwd").readlink()
        except OSError:
            continue
        if str(directory) in words or place.is_relative_to(directory):
            found.append(words)
    return found


def everything_in(directory):
    """What is in a directory, byte for byte, with modes and times."""
    found = {}
    for path in sorted(directory.rglob("*")):
        status = path.lstat()
        content = ""
        if path.is_symlink():
            content = str(path.readlink())
        elif path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path)] = (content, status.st_mode, status.st_mtime_ns, status.st_nlink)
    return found


# Files.

WRITES = {
    "below": "open('templates/a.txt', 'w').write('C'); open('src/cache.json', 'w').write('x')",
    "at the top": "open('README.md', 'w').write('C')",
    "its metadata": "open('charmcraft.yaml', 'a').write('x: 1')",
    "its code": "(self.charm_dir / 'src' / 'charm.py').open('a').write('#')",
    "by its module": "import pathlib\npathlib.Path(__file__).with_name('charm.py').write_text('')",
    "through a link out": "open('ext/f', 'w').write('C')",
    "deletes its code": "import os\nif os.path.exists('src/charm.py'): os.unlink('src/charm.py')",
    "deletes a directory": "import shutil\nshutil.rmtree('data', ignore_errors=True)",
    "by a resolved path": "import pathlib, shutil\nshutil.rmtree(pathlib.Path('data').resolve(), 1)",
    "renames": "import os\nif os.path.exists('data'): os.rename('data', 'templates/data')",
    "truncates": "import os\nos.truncate('README.md', 0)",
    "a link in its place": "import os\nos.unlink('README.md')\nos.symlink('ext/f', 'README.md')",
    "modes": "import os\nos.chmod('data', 0)",
    "at home": "from pathlib import Path\n(Path.home() / 'x').write_text('x')",
    "a temporary file": "import tempfile\ntempfile.NamedTemporaryFile(delete=False).write(b'x')",
}


@pytest.mark.parametrize("body", WRITES.values(), ids=WRITES)
def test_a_charm_writes_to_a_copy(charm, body, tmp_path):
    charm(body)
    before = everything_in(tmp_path / "checkout")
    ran = run_command(tmp_path / "checkout" / "charm", *FEW)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert everything_in(tmp_path / "checkout") == before


ELSEWHERE = {
    "open": "open(CHECKOUT + '/README.md', 'w')",
    "os.open": "import os\nos.open(CHECKOUT + '/README.md', os.O_RDWR)",
    "append": "open(CHECKOUT + '/src/charm.py', 'a')",
    "unlink": "import os\nos.unlink(CHECKOUT + '/README.md')",
    "rmtree": "import shutil\nshutil.rmtree(CHECKOUT)",
    "rename": "import os\nos.rename(CHECKOUT + '/README.md', 'README.md')",
    "mkdir": "import os\nos.mkdir(CHECKOUT + '/new')",
    "link": "import os\nos.link(CHECKOUT + '/README.md', 'other')",
    "symlink": "import os\nos.symlink('x', CHECKOUT + '/new')",
    "chmod": "import os\nos.chmod(CHECKOUT + '/README.md', 0)",
    "utime": "import os\nos.utime(CHECKOUT + '/README.md')",
    "truncate": "import os\nos.truncate(CHECKOUT + '/README.md', 0)",
    "sqlite": "import sqlite3\nsqlite3.connect(CHECKOUT + '/db')",
    "bound before": "WRITE(CHECKOUT + '/README.md', 'w')",
}


@pytest.mark.parametrize("body", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_charm_does_not_write_elsewhere(charm, body, tmp_path):
    directory = charm(body, at_import="WRITE = open")
    before = everything_in(tmp_path / "checkout")
    ran = run_command(directory, *FEW)
    assert ran.returncode == 1, ran.stderr
    assert "charmgrammar lets a charm write to its own directory only" in ran.stdout
    assert "2 files outside of its directory not written" in ran.stdout
    assert everything_in(tmp_path / "checkout") == before


def test_a_link_that_a_charm_makes_leads_to_nothing_that_it_may_write(charm, tmp_path):
    directory = charm("import os\nos.symlink(CHECKOUT, 'l')\nopen('l/README.md', 'w')")
    before = everything_in(tmp_path / "checkout")
    ran = run_command(directory, *FEW)
    assert ran.returncode == 1, ran.stderr
    assert "PermissionError" in ran.stdout
    assert everything_in(tmp_path / "checkout") == before


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does this")
def test_no_way_around_python_writes_elsewhere(charm, tmp_path):
    opens = "ctypes.CDLL(None, use_errno=True).open((CHECKOUT + '/README.md').encode(), 0o1001)"
    directory = charm(f"import ctypes\nassert {opens} == -1\nassert ctypes.get_errno() == 13")
    before = everything_in(tmp_path / "checkout")
    ran = run_command(directory, *FEW)
    assert ran.returncode == 0, ran.stdout
    assert everything_in(tmp_path / "checkout") == before


def test_a_directory_is_written_that_was_named(charm, tmp_path):
    (tmp_path / "logs").mkdir()
    directory = charm(f"open('{tmp_path}/logs/log', 'a').write('x')")
    assert run_command(directory, *FEW).returncode == 1
    ran = run_command(directory, *FEW, "--writable", tmp_path / "logs")
    assert ran.returncode == 0, ran.stdout
    assert (tmp_path / "logs" / "log").read_text()


def test_a_trace_finds_nothing_that_another_has_written(charm):
    body = (
        "import os, pathlib\n"
        "places = [pathlib.Path(), pathlib.Path('data/x'), pathlib.Path.home()]\n"
        "for place in (*places, pathlib.Path(os.environ['TMPDIR'])):\n"
        "    mark = place / 'mark'\n"
        "    assert not mark.exists() or mark.read_text() == str(os.getpid())\n"
        "    mark.write_text(str(os.getpid()))\n"
        "assert pathlib.Path('README.md').exists() or MINE\n"
        "MINE.append(1)\n"
        "pathlib.Path('README.md').unlink(missing_ok=True)"
    )
    ran = run_command(charm(body, "MINE = []"), "-n", "6", "--seed", "1", "--jobs", "1")
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_charm_that_deletes_its_own_directory_has_failed(charm):
    for body in ("shutil.rmtree(self.charm_dir)", "shutil.rmtree('..', ignore_errors=True)"):
        ran = run_command(charm(f"import shutil\n{body}"), *FEW)
        assert ran.returncode == 1, ran.stderr
        assert "the charm has deleted `metadata.yaml` of its own directory" in ran.stdout


def test_a_copy_is_made_whole_by_what_has_changed_in_it(tmp_path):
    source = tmp_path / "source"
    (source / "a" / "b").mkdir(parents=True)
    for name in ("one", "a/two", "a/b/three"):
        (source / name).write_text(name)
    workspace = Workspace(source, tmp_path / "copy")
    copy = workspace.directory
    untouched = (copy / "one").stat().st_ino

    def names(directory):
        return {
            str(path.relative_to(directory)): path.read_text() if path.is_file() else ""
            for path in directory.rglob("*")
        }

    for _ in range(3):
        shutil.rmtree(copy / "a" / "b")
        (copy / "a" / "b").write_text("no directory")
        (copy / "new" / "deep").mkdir(parents=True)
        (copy / "new" / "deep" / "file").write_text("new")
        (copy / "a" / "two").write_text("changed")
        workspace.restore()
        assert names(copy) == names(source)
        # What has not changed was not copied again.
        assert (copy / "one").stat().st_ino == untouched
    shutil.rmtree(copy)
    workspace.restore()
    assert names(copy) == names(source)
    workspace.close()
    assert not copy.exists()


def test_what_is_no_part_of_a_charm_is_not_copied(tmp_path):
    source = tmp_path / "source"
    for name in (".git", ".tox/x", "venv", "lib/env", "build", "lib/build", "src/__pycache__"):
        (source / name).mkdir(parents=True)
        (source / name / "file").touch()
    (source / "lib" / "env" / "pyvenv.cfg").touch()
    os.mkfifo(source / "fifo")
    (source / "gone").symlink_to(tmp_path / "gone")
    (source / "inner").symlink_to(source / "lib" / "build" / "file")
    (source / "everything").symlink_to("/")
    workspace = Workspace(source, tmp_path / "copy")
    found = {str(path.relative_to(workspace.directory)) for path in (tmp_path / "copy").rglob("*")}
    assert found == {"inner", "lib", "lib/build", "lib/build/file", "src"}
    assert (workspace.directory / "inner").readlink() == Path("lib/build/file")
    assert workspace.left_out == ["everything"]
    workspace.close()


@pytest.mark.parametrize("jobs", [[], ["-n", "2"]], ids=["alone", "xdist"])
def test_lives_under_pytest_write_to_a_copy(charm, tmp_path, jobs):
    directory = charm(
        "import shutil\nopen('templates/a.txt', 'w').write('C')\nshutil.rmtree('data')\n"
        "assert HERE.with_name('charm.py').exists()",
        "from pathlib import Path\nHERE = Path(__file__)",
    )
    (directory / "test_lifecycle.py").write_text(
        "def test_lifecycle(lifecycle, lifecycle_trace):\n    lifecycle.check(lifecycle_trace)\n"
    )
    before = everything_in(directory)

    def pytest_run():
        options = ["-p", "charmgrammar.pytest_plugin", "-p", "no:cacheprovider", "-q", *jobs]
        few = ["--lifecycle-traces", "2", "--lifecycle-seed", "1", "test_lifecycle.py"]
        words = [sys.executable, "-m", "pytest", *options, *few]
        return subprocess.run(words, cwd=directory, capture_output=True, text=True, check=False)

    ran = pytest_run()
    # It deletes a directory twice: that it fails shows that it has deleted it once.
    assert "FileNotFoundError" in ran.stdout
    shutil.rmtree(directory / "lifecycle-corpus")
    assert everything_in(directory) == before
    charm(
        "HERE.with_name('charm.py').write_text('')",
        "from pathlib import Path\nHERE = Path(__file__)",
    )
    before = everything_in(directory)
    ran = pytest_run()
    assert "charmgrammar lets a charm write to its own directory only" in ran.stdout
    assert "does not start in this environment" in ran.stdout
    assert everything_in(directory) == before


# Network and programs.

NETWORK = {
    "connect": "socket.create_connection(('127.0.0.1', PORT))",
    "connect_ex": "assert socket.socket().connect_ex(('127.0.0.1', PORT)) == 111",
    "bound before": "CONNECT(socket.socket(), ('127.0.0.1', PORT))",
    "_socket": "import _socket\n_socket.socket().connect(('127.0.0.1', PORT))",
    "sendto": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', PORT))",
    "sendmsg": "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', PORT))",
    "ctypes": (
        "import ctypes, struct\n"
        "place = struct.pack('=H', 2) + struct.pack('>H', PORT) + bytes([127, 0, 0, 1]) + bytes(8)\n"
        "assert ctypes.CDLL(None).connect(socket.socket().fileno(), place, 16) == -1"
    ),
}


@pytest.mark.parametrize("when", ["at import", "at an event"])
@pytest.mark.parametrize("body", NETWORK.values(), ids=NETWORK)
def test_nothing_is_reached_over_the_network(charm, body, when):
    stream = socket.create_server(("127.0.0.1", 0))
    port = stream.getsockname()[1]
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", port))
    body = f"import socket\nCONNECT = socket.socket.connect\nPORT = {port}\n{body}"
    guarded = "try:\n    " + body.replace("\n", "\n    ") + "\nexcept OSError:\n    pass"
    directory = charm(at_import=guarded) if when == "at import" else charm(guarded)
    ran = run_command(directory, *FEW)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for server in (stream, datagrams):
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept() if server is stream else server.recv(1)
        server.close()


PROGRAMS = {
    "posix_spawn": "os.posix_spawn(TOUCH, ARGUMENTS, {})",
    "posix_spawnp": "os.posix_spawnp('touch', ARGUMENTS, {})",
    "spawnv": "os.spawnv(os.P_WAIT, TOUCH, ARGUMENTS)",
    "fork": "os.fork() or os.execv(TOUCH, ARGUMENTS)",
    "exec": "os.execv(TOUCH, ARGUMENTS)",
    "pty": "import pty\npty.spawn(ARGUMENTS)",
    "multiprocessing": (
        "import multiprocessing\n"
        "for how in ('fork', 'spawn'):\n"
        "    try:\n"
        "        multiprocessing.get_context(how).Process(target=os.mkdir, args=[MADE]).start()\n"
        "    except OSError:\n"
        "        pass"
    ),
    "subprocess": "import subprocess\nassert subprocess.run(ARGUMENTS).returncode == 0",
    "system": "assert os.system('touch ' + MADE) == 0",
    "popen": "os.popen('touch ' + MADE).read()",
    "bound before": "POPEN(ARGUMENTS).wait(); SYSTEM('touch ' + MADE)",
    "ctypes": "import ctypes\nctypes.CDLL(None).system(('touch ' + MADE).encode())",
}


@pytest.mark.parametrize("when", ["at import", "at an event"])
@pytest.mark.parametrize("body", PROGRAMS.values(), ids=PROGRAMS)
def test_no_program_is_started(charm, body, when, tmp_path):
    (tmp_path / "writable").mkdir()
    made = tmp_path / "writable" / "made"
    head = (
        f"import os\nMADE, TOUCH = {str(made)!r}, {shutil.which('touch')!r}\n"
        "ARGUMENTS = ['touch', MADE]\n"
        "from subprocess import Popen as POPEN\nfrom os import system as SYSTEM\n"
    )
    body = "try:\n    " + body.replace("\n", "\n    ") + "\nexcept OSError:\n    pass"
    directory = charm(at_import=head + body) if when == "at import" else charm(body, head)
    # Where it could write if it were started.
    ran = run_command(directory, *FEW, "--writable", made.parent)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert not made.exists()
    if "ctypes" not in body:
        assert re.search(r"[1-9]\d* programs? not started", ran.stdout)


def test_variables_that_may_be_secrets_are_not_handed_on(charm, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    monkeypatch.setenv("OTHER_TOKEN", "secret")
    body = "import os\nassert not [name for name in os.environ if name.endswith('_TOKEN')]"
    others = "import glob\nfor file in glob.glob('/proc/[0-9]*/environ'):\n    try:\n"
    others += "        found = open(file).read()\n    except OSError:\n        continue\n"
    others += "    assert 'MY_' + 'TOKEN' not in found"
    ran = run_command(charm(f"{body}\n{others}"), *FEW)
    assert ran.returncode == 0, ran.stdout
    directory = charm("import os\nassert os.environ['MY_TOKEN'] == 'secret'\n")
    for option in ("--keep-env", "--keep-env=MY_*", "--keep-env=OTHER,MY_TOKEN"):
        assert run_command(directory, *FEW, option).returncode == 0
    assert run_command(directory, *FEW, "--keep-env=OTHER_*").returncode == 1


# Runs that run nothing.


@pytest.mark.parametrize("code", ["0", "1"])
@pytest.mark.parametrize("way", ["os._exit", "sys.exit"])
def test_a_charm_that_ends_at_import_does_not_start(charm, way, code):
    directory = charm(at_import=f"import os, sys\nprint('on my way')\n{way}({code})")
    ran = run_command(directory, *FEW)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "the charm does not start in this environment" in ran.stderr
    expected = (
        f"ended with exit code {code} while it was imported" if way == "os._exit" else "SystemExit"
    )
    assert expected in ran.stderr
    told = json.loads(run_command(directory, *FEW, "--format", "json").stdout)
    assert "does not start" in told["error"]
    tree = ElementTree.fromstring(run_command(directory, *FEW, "--format", "junit").stdout)
    assert "does not start" in tree.findtext(".//error")


@pytest.mark.parametrize("module", ["yaml", "json", "logging", "ops", "charmgrammar", "scenario"])
def test_a_module_in_the_current_directory_is_not_taken_for_another(charm, module):
    directory = charm()
    (directory / f"{module}.py").write_text("raise SystemExit(0)\n")
    python = ["--python", sys.executable]
    command = [os.environ["CHARMGRAMMAR_BIN"], "run", "--charm", ".", *python, *FEW]
    for paths in ("", ".", f":{directory}", "src"):
        env = {**os.environ, "PYTHONPATH": paths}
        ran = subprocess.run(
            command, cwd=directory, env=env, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        assert "2 traces, " in ran.stdout


def test_a_run_that_is_cut_off_has_no_result(charm, tmp_path):
    # A Python that ends well and has done nothing.
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho '{}'\nexit 0\n")
    fake.chmod(0o755)
    ran = subprocess.run(
        [*run_words(charm())[:-1], str(fake), *FEW],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "ended before the run did" in ran.stderr


# What is told.

TOLD = {
    "file descriptors": "import os\nfor n in range(1, 50):\n    try: os.write(n, b'rubbish {\\n')\n"
    "    except OSError: pass",
    "the first output": "import sys\nprint('rubbish', file=sys.__stdout__, flush=True)",
    "half a surrogate": "raise ValueError('a\\udc80\\ud800 b')",
    "a code of half a surrogate": "import sys\nsys.exit('\\ud800')",
    "no text": "raise Mute",
    "a text that is none": "raise Wrong",
    "a text that ends it": "raise Ends",
    "a huge text": "raise ValueError('x' * 30_000_000)",
    "escapes": "raise ValueError('\\x1b[31m\\x00\\n::error::x\\n  ::warning::y\\r##[error]z\\u202e\\ufffe')",
    "Ctrl-C": "raise KeyboardInterrupt",
    "a generator": "raise GeneratorExit('x')",
    "a status": "self.unit.status = ops.BlockedStatus('\\x1b[31m\\n::error::\\ud800')\nraise OSError",
    "all patched": "import json, os, pickle, time, traceback\njson.dumps = os.write = pickle.dumps = 1\n"
    "os.chdir = os._exit = time.time = traceback.format_exception = 1\nraise OSError",
}
CLASSES = """
class Mute(Exception):
    def __str__(self): raise ValueError("no")
class Wrong(Exception):
    def __str__(self): return 7
class Ends(Exception):
    def __str__(self): raise SystemExit(0)
"""


@pytest.mark.parametrize("body", TOLD.values(), ids=TOLD)
def test_the_report_is_whole(charm, body):
    directory = charm(
        body, CLASSES + "import sys\nprint('rubbish', file=sys.__stdout__, flush=True)"
    )
    code = 1 if "raise" in body or "exit" in body else 0
    ran = run_command(directory, *FEW)
    assert ran.returncode == code, ran.stderr
    assert ran.stdout.endswith("known\n")
    assert len(ran.stdout) < 100_000
    for line in ran.stdout.split("\n"):
        assert line.isprintable(), line
        assert not line.lstrip().startswith("::"), line
        assert "##[" not in line, line
    if code:
        assert "src/charm.py:" in ran.stdout
    told = json.loads(run_command(directory, *FEW, "--format", "json").stdout)
    assert told["traces"] == 2
    tree = ElementTree.fromstring(run_command(directory, *FEW, "--format", "junit").stdout)
    assert len(tree.findall(".//failure")) == 2 * code


# Time and memory.

STUBBORN = {
    "stops itself": "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
    "ignores the alarm": "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile 1: pass",
    "catches everything": "while 1:\n    try:\n        while 1: pass\n    except BaseException: pass",
    "waits for itself": "import threading\nlock = threading.Lock()\nlock.acquire(); lock.acquire()",
    "waits for a pipe": "import os\nos.mkfifo('fifo')\nopen('fifo')",
    "leaves threads": "import threading\nthreading.Thread(target=lambda: [*iter(int, 1)]).start()\n"
    "while 1: pass",
    "never comes back from C": "import ctypes\nctypes.CDLL(None).pause()",
}


@pytest.mark.parametrize("body", STUBBORN.values(), ids=STUBBORN)
def test_an_event_that_does_not_end_is_ended(charm, body):
    ran = run_command(charm(body), *FEW)
    assert ran.returncode == 1, ran.stderr
    assert "it took more than 1 seconds" in ran.stdout
    assert "config-changed" in ran.stdout


def test_a_process_that_a_charm_leaves_ends_with_the_run(charm):
    daemon = (
        "import ctypes\nlibc = ctypes.CDLL(None)\n"
        "if libc.fork() == 0:\n    libc.setsid()\n    libc.fork()\n    libc.sleep(600)"
    )
    # That there is none any more is seen by the fixture.
    assert run_command(charm(at_import=daemon), *FEW).returncode == 0
    assert run_command(charm(daemon), *FEW).returncode in (0, 1)
    ran = run_command(charm("import os\nos.fork()"), *FEW)
    assert "charmgrammar starts no program and no process for a charm" in ran.stdout


def test_memory_is_bounded(charm):
    body = "held = []\nwhile 1: held.append(bytearray(4 << 20))"
    ran = run_command(charm(body), "-n", "1", "--seed", "1", "--memory", "128")
    assert ran.returncode == 1, ran.stderr
    assert "MemoryError" in ran.stdout
    assert "src/charm.py:" in ran.stdout
    ran = run_command(charm(at_import=body), *FEW, "--memory", "128")
    assert ran.returncode == 2
    assert "MemoryError" in ran.stderr
    body = "with open('big', 'wb') as file:\n    while 1: file.write(bytes(4 << 20))"
    ran = run_command(charm(body), "-n", "1", "--seed", "1", "--memory", "64")
    assert "File too large" in ran.stdout


def test_a_charm_reaches_neither_what_runs_it_nor_standard_input(charm):
    body = (
        "import os, signal, sys\n"
        "assert sys.stdin.read() == ''\n"
        "with open(f'/proc/{os.getppid()}/status') as file:\n"
        "    above = int(file.read().split('PPid:')[1].split()[0])\n"
        "try:\n    os.kill(above, signal.SIGKILL)\nexcept PermissionError:\n    pass\n"
    )
    ran = run_command(charm(body), *FEW)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    # The process that has imported it is its own.
    ran = run_command(charm("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"), *FEW)
    assert ran.returncode == 1
    assert "ended with SIGKILL" in ran.stdout
    assert "2 of 2 traces" in ran.stdout


def test_sleeping_takes_time_as_it_would_and_no_more(charm):
    body = (
        "import time\nbefore = time.time()\ntime.sleep(3600)\nassert time.time() - before >= 3600"
    )
    assert run_command(charm(body), *FEW).returncode == 0
    ran = run_command(charm("import time\ntime.sleep(float('inf'))"), *FEW)
    assert "OverflowError" in ran.stdout
    assert "time.sleep(float('inf'))" in ran.stdout
    assert "ValueError" in run_command(charm("import time\ntime.sleep(-1)"), *FEW).stdout


@pytest.mark.parametrize("to_group", [False, True], ids=["alone", "group"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_ends_everything(charm, name, to_group, tmp_path):
    (tmp_path / "writable").mkdir()
    mark = tmp_path / "writable" / "begun"
    directory = charm(f"open({str(mark)!r}, 'w').close()\nwhile 1: pass")
    words = [*run_words(directory), "--seed", "1", "--event-seconds", "600", "--jobs", "2"]
    words += ["--writable", str(mark.parent)]
    for is_waited_for in (True, False):
        with subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            if is_waited_for:
                wait_for(mark.exists, "it does not begin", 60)
            else:
                # While Python starts.
                wait_for(lambda: list((tmp_path / "temporary").iterdir()), "it does not begin")
            (os.killpg if to_group else os.kill)(process.pid, signal.Signals[name])
            _, errors = process.communicate(timeout=60)
        code = 130 if name == "SIGINT" else -signal.Signals[name]
        assert (process.returncode, errors) == (code, "")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does this")
def test_all_ends_where_the_command_is_killed(charm, tmp_path):
    (tmp_path / "writable").mkdir()
    mark = tmp_path / "writable" / "begun"
    directory = charm(f"open({str(mark)!r}, 'w').close()\nwhile 1: pass")
    words = [*run_words(directory), "--seed", "1", "--event-seconds", "600"]
    with subprocess.Popen([*words, "--writable", str(mark.parent)]) as process:
        wait_for(mark.exists, "it does not begin", 60)
        process.kill()
