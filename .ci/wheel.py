"""Takes paths of this machine out of a wheel's bill of materials, and checks the wheel: `wheel.py WHEEL`."""

import base64
import csv
import hashlib
import io
import os
import re
import sys
import zipfile
from pathlib import Path


def read(path):
    """The files of a wheel, each with what the archive says of it."""
    with zipfile.ZipFile(path) as wheel:
        return [(entry, wheel.read(entry)) for entry in wheel.infolist()]


def without_paths(text):
    """A bill of materials that names our own package as it names the others."""
    text = re.sub(rb"path\+file://[^#\"]*#", b"pkg:cargo/", text)
    return re.sub(rb"(pkg:cargo/[^\"?#]*)\?download_url=file:[^\"#]*", rb"\1", text)


def record(files, name):
    """The list of files that a wheel has in itself, with their hashes."""
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    for entry, content in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        of_itself = entry.filename == name
        writer.writerow(
            [entry.filename, *(["", ""] if of_itself else [f"sha256={digest}", len(content)])]
        )
    return rows.getvalue().encode()


def clean(path):
    """Writes the wheel anew."""
    files = [
        (entry, without_paths(content) if "/sboms/" in entry.filename else content)
        for entry, content in read(path)
    ]
    name = next(
        entry.filename for entry, _ in files if entry.filename.endswith(".dist-info/RECORD")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for entry, content in files:
            wheel.writestr(entry, record(files, name) if entry.filename == name else content)


def faults(path):
    """What is wrong with a wheel that is to be released."""
    homes = [Path.home(), os.environ.get("CARGO_HOME", Path.home() / ".cargo"), Path.cwd()]
    homes = [f"{home}/".encode() for home in homes]
    files = read(path)
    if "manylinux" not in path.name:
        yield f"{path.name} is not for manylinux"
    if not any("/sboms/" in entry.filename for entry, _ in files):
        yield "there is no bill of materials"
    for entry, content in files:
        if entry.filename.endswith(".dist-info/WHEEL") and b"manylinux" not in content:
            yield f"{entry.filename} has no tag of manylinux"
        found = [
            *(home for home in homes if home in content),
            *re.findall(rb"/(?:home|Users)/\w+/", content),
        ]
        if "/sboms/" in entry.filename:
            found += re.findall(rb"[\w+]*file:[^\"]*", content)
        yield from (f"{entry.filename} has `{text.decode()}`" for text in dict.fromkeys(found))


if __name__ == "__main__":
    wheel = Path(sys.argv[1])
    clean(wheel)
    found = list(faults(wheel))
    print("\n".join(found) or f"{wheel.name}: manylinux, without paths of this machine")
    sys.exit(bool(found))
