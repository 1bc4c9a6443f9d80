"""Nothing in the repository waits to be filled in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests import ROOT

PLACEHOLDER = re.compile(
    r"\b(TODO|FIXME|XXX|TBD|OWNER|YOUR[-_]\w+)\b|\bexample\.(com|org|net)\b|lorem ipsum"
)
#: A picture in a text is all letters, and may spell anything.
PICTURE = re.compile(r"[A-Za-z0-9+/=]{80,}")


def tracked() -> list[Path]:
    """Return all files that git knows, but this one."""
    command = ["git", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode != 0:
        pytest.skip("not a clone of the repository")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [path for path in paths if path.is_file() and path != Path(__file__)]


def test_nothing_waits_to_be_filled_in() -> None:
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            text = PICTURE.sub("", content.decode("utf-8", "replace"))
            found += [
                f"{path.relative_to(ROOT)}: {one.group()}" for one in PLACEHOLDER.finditer(text)
            ]
    assert not found, "\n".join(found)
