"""Files that are to be written: whether that can be done is known before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tutorial_helpers.atomic_write import check_writable


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("file/x", "it would be in a file"),
        ("file/a/b/x", "it would be in a file"),
        ("folder", "it is a folder"),
        (300 * "a", "File name too long"),
        # The name itself is short enough, but not that of the temporary file.
        (250 * "a", "File name too long"),
        (f"new/{300 * 'a'}/x", "File name too long"),
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.skipif(os.name == "nt", reason="Windows has other words")
def test_what_cannot_be_written(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError, match=f" cannot be written: {reason}; name another.$"):
        check_writable(tmp_path / name, "name another")
    assert sorted(tmp_path.rglob("*")) == before


def test_what_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("as it was")
    for name in ("file", "new", "a/b/c/new", 200 * "a"):
        check_writable(tmp_path / name, "name another")
    assert [path.name for path in tmp_path.rglob("*")] == ["file"]
    assert (tmp_path / "file").read_text() == "as it was"
