"""What `compare.sh` runs: `compare.py OURS YARDSTICKS ROUNDS`."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS, YARDSTICKS, ROUNDS = sys.argv[1], sys.argv[2], int(sys.argv[3])
YARDSTICK, HELLO = f"{YARDSTICKS}/yardstick", f"{YARDSTICKS}/hello"


def grammar(name):
    """The file of a grammar of these, or a built-in one."""
    path = f"benches/grammars/{name}.charmgrammar"
    return path if Path(path).exists() else name


def generate(name, traces, *options):
    """The command that generates so many traces."""
    return [OURS, "generate", grammar(name), "-n", str(traces), "--seed", "1", *options]


def once(command):
    """Runs a command without its output: processor seconds, and wall seconds."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} failed")
    return used.ru_utime + used.ru_stime, wall


def measure(commands, rounds=ROUNDS):
    """Runs commands in turn; of each the medians."""
    runs = [[once(command) for command in commands] for _ in range(rounds)]
    by_command = zip(*runs, strict=True)
    return [
        [statistics.median(values) for values in zip(*of_one, strict=True)]
        for of_one in by_command
    ]


def size(command):
    """How many events and how many bytes a command writes."""
    out = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True
    ).stdout
    return out.count(b"\n") - out.count(b"\n\n") - out.startswith(b"\n"), len(out)


def peak(command):
    """The peak memory of a command in MiB.

    GNU time starts it: a child of this process would begin with its memory.
    """
    timed = ["/usr/bin/time", "-f", "%M", *command]
    told = subprocess.run(timed, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return int(told.stderr.split()[-1]) / 1024


def row(what, ratio, wanted, figures):
    """A row of the table."""
    print(f"| {what} | {ratio} | {wanted} | {figures} |", flush=True)


print("| what | ratio | wanted | figures |\n|---|---:|---:|---|")

# Generation to text.
emit = [YARDSTICK, "emit", "life30", "2000000"]
n_emitted, _ = size(emit)
tasks = [
    ("life30", 2_000_000, "0.4"),
    ("life1k", 60_000, "0.4"),
    ("example", 1_000_000, "0.12"),
    ("demo-k8s", 150_000, "0.016"),
    ("json", 30_000, "40 MB/s"),
]
commands = [
    generate(name, traces, "--format", "names", "--jobs", "1") for name, traces, _ in tasks
]
yard, *times = measure([emit, *commands])
rate = n_emitted / yard[0]
row("yardstick `emit life30`", "1", "", f"{rate / 1e6:.0f} M events/s")
rates = {}
for (name, _, wanted), command, time_of in zip(tasks, commands, times, strict=False):
    n_events, n_bytes = size(command)
    rates[name] = n_events / time_of[0]
    mega = n_bytes / time_of[0] / 1e6
    figures = f"{rates[name] / 1e6:.1f} M events/s, {mega:.0f} MB/s"
    row(f"generate {name}", f"{rates[name] / rate:.3f}", wanted, figures)
one_k = [YARDSTICK, "emit", "life1k", "60000"]
time_of, other = measure([one_k, commands[1]])
row("the same with `emit life1k`", f"{time_of[0] / other[0]:.3f}", "0.4", "")

# jsonl and names, by events; one and two threads, by wall time.
for name, traces in [("life30", 1_000_000), ("example", 500_000)]:
    names, jsonl = measure(
        [generate(name, traces, "--format", f, "--jobs", "1") for f in ("names", "jsonl")]
    )
    row(f"jsonl by names, {name}", f"{names[0] / jsonl[0]:.2f}", "0.5", "")
for name, traces in [("life30", 10_000_000), ("example", 2_000_000)]:
    one, two = measure([generate(name, traces, "--format", "names", "--jobs", j) for j in "12"])
    row(f"`--jobs 2` by `--jobs 1`, {name}, wall", f"{one[1] / two[1]:.2f}", "1.8", "")

# Recognition of text.
with tempfile.TemporaryDirectory() as folder:
    files, wanteds = {}, []
    for name, traces, form, wanted in [
        ("life1k", 3_000, "names", "0.5"),
        ("example", 150_000, "names", "10 M events/s"),
        ("demo-k8s", 20_000, "names", "1 M events/s"),
        ("demo-k8s", 20_000, "jsonl", "1 M events/s"),
    ]:
        files[name, form] = f"{folder}/{name}.{form}"
        wanteds.append(wanted)
        with Path(files[name, form]).open("wb") as file:
            subprocess.run(generate(name, traces, "--format", form), stdout=file, check=True)
    validates = [
        [OURS, "validate", grammar(name), file, "--quiet"] for (name, _), file in files.items()
    ]
    yard, *times = measure([[YARDSTICK, "validate", files["life1k", "names"]], *validates])
    counts = {}
    for (name, form), file in files.items():
        # The same lives in either format.
        if form == "names":
            content = Path(file).read_bytes()
            counts[name] = content.count(b"\n") - content.count(b"\n\n")
    for (name, form), wanted, time_of in zip(files, wanteds, times, strict=True):
        ratio = counts["life1k"] / yard[0]
        of_this = counts[name] / time_of[0]
        row(
            f"validate {name}, {form}",
            f"{of_this / ratio:.3f}",
            wanted,
            f"{of_this / 1e6:.1f} M events/s",
        )
    row(
        "yardstick `validate`, life1k",
        "1",
        "",
        f"{counts['life1k'] / yard[0] / 1e6:.0f} M events/s",
    )

    # Exploration.
    explore = [OURS, "check", grammar("example-wide"), "-v"]
    told = subprocess.run(explore, stderr=subprocess.PIPE, check=True, text=True).stderr
    configurations = int(told.split(" configurations")[0].split()[-1])
    [explored] = measure([explore])
    row(
        "explore example-wide, wall",
        "",
        "1 M configurations/s",
        f"{configurations / explored[1] / 1e6:.2f} M configurations/s",
    )
    if Path("/usr/bin/time").exists():
        each = (peak(explore) - peak([OURS, "list"])) * 2**20 / configurations
        row("the same, memory of each", "", "64 bytes", f"{each:.0f} bytes")

    # Start-up.
    one = [OURS, "generate", "example", "-n", "1", "--seed", "1"]
    hello, ours = measure([[HELLO], one], 40 * ROUNDS)
    row(
        "`generate example -n 1` by hello, wall",
        f"{ours[1] / hello[1]:.2f}",
        "2",
        f"{ours[1] * 1e3:.1f} ms",
    )
    if Path("/usr/bin/time").exists():
        row(
            "the same, peak memory",
            f"{peak(one) / peak([HELLO]):.1f}",
            "8 MiB",
            f"{peak(one):.1f} MiB",
        )
    charm = [
        OURS,
        "generate",
        "juju-k8s",
        "--charm",
        "tests/charms/notes",
        "-n",
        "1",
        "--seed",
        "1",
    ]
    [of_charm] = measure([charm], 10 * ROUNDS)
    row("`generate juju-k8s --charm DIR -n 1`, wall", "", "25 ms", f"{of_charm[1] * 1e3:.1f} ms")
    for n_events in (1_000, 10_000, 20_000, 100_000):
        path = f"{folder}/many.charmgrammar"
        with Path(path).open("w") as file:
            for number in range(n_events):
                file.write(f"event number-{number}-of-very-many-events-with-a-name\n")
            file.write("phase life { number-0-of-very-many-events-with-a-name }\n")
        [checked] = measure([[OURS, "check", "--syntax", path]])
        mega = Path(path).stat().st_size / 1e6
        wanted = "1 s" if n_events == 20_000 else ""
        row(
            f"`check --syntax`, {n_events:,} events, {mega:.1f} MB",
            "",
            wanted,
            f"{checked[0]:.3f} s",
        )
