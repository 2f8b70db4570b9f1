"""`python -m charmgrammar`: the command that came with this package."""

from __future__ import annotations

import os
import subprocess
import sys

from ._binary import CommandError, find_binary


def main() -> int:
    """Becomes the command."""
    try:
        binary = find_binary()
    except CommandError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    arguments = [binary, *sys.argv[1:]]
    if os.name == "posix":
        os.execv(binary, arguments)
    return subprocess.call(arguments)


if __name__ == "__main__":
    sys.exit(main())
