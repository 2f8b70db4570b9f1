"""A `juju` for tests: takes what Juju 3 takes, remembers it, and says that all went well.

`FAKE_JUJU_LOG` names the file that gets each command as a line of JSON.
"""

import argparse
import json
import os
import sys
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser("juju", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name, *words, **options):
        made = commands.add_parser(name, allow_abbrev=False)
        made.add_argument("-m", "--model")
        for word in words:
            made.add_argument(word)
        for option, kind in options.items():
            action = {"action": "store_true"} if kind is bool else {"type": kind}
            made.add_argument("--" + option.replace("_", "-"), **action)
        return made

    command("add-model", "name", no_switch=bool)
    command("destroy-model", "name", no_prompt=bool, destroy_storage=bool, force=bool)
    command("deploy", "charm", "app")
    command("config", "app", reset=str).add_argument("pairs", nargs="*")
    command("run", "unit", "action", format=str, params=Path).add_argument("pairs", nargs="*")
    command("integrate", "one", "other")
    command("remove-relation", "one", "other")
    command("add-unit", "app", num_units=int)
    command("remove-unit", "unit", num_units=int, no_prompt=bool)
    command("refresh", "app", path=str)
    command("remove-application", "app", no_prompt=bool)
    command("status", format=str)
    command("wait-for", "what", "app", timeout=str, query=str)
    return parser.parse_args()


UNIT = {"workload-status": {"current": "active"}, "juju-status": {"current": "idle"}}
APP = {
    "charm": "local:a",
    "charm-origin": "local",
    "charm-name": "a",
    "charm-rev": 0,
    "exposed": False,
    "application-status": {"current": "active"},
    "units": {"a/0": UNIT},
}
MODEL = {
    "name": "m",
    "type": "iaas",
    "controller": "c",
    "cloud": "k",
    "version": "3.6.1",
    "model-status": {"current": "available"},
}
STATUS = {"model": MODEL, "machines": {}, "applications": {"a": APP}}
TASK = {"id": "1", "status": "completed", "results": {}}


def main():
    given = {
        name: value for name, value in vars(arguments()).items() if value not in (None, False)
    }
    given.pop("model", None)
    params = given.pop("params", None)
    pairs = dict(pair.split("=", 1) for pair in given.pop("pairs", []))
    if params is not None:
        import yaml

        pairs |= yaml.safe_load(params.read_text())
    # What stands on a command line is text.
    texts = {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in pairs.items()
    }
    with Path(os.environ["FAKE_JUJU_LOG"]).open("a") as log:
        log.write(
            json.dumps({**given, **({"pairs": texts} if texts else {})}, sort_keys=True) + "\n"
        )
    if given["command"] == "status":
        print(json.dumps(STATUS))
    if given["command"] == "run" and given.get("format") == "json":
        print(json.dumps({given["unit"]: TASK}))


if __name__ == "__main__":
    sys.exit(main())
