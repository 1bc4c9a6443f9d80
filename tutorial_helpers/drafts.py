"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def draft(path: Path) -> Iterator[Path]:
    """Give a place to write a file to, which takes the place of `path` only if all goes well.

    Whatever ends the block early, an error or Ctrl-C, leaves `path` as it was, and no draft.

    Parameters
    ----------
    path : Path
        The file to write; its folder is made if need be.

    Yields
    ------
    Path
        Of the draft, in the same folder, as a file can only be renamed in one go within its file
        system.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "result.txt")
    ...     with draft(path) as place:
    ...         place.write_text("all of it"), path.exists()
    ...     path.read_text()
    (9, False)
    'all of it'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        yield place
        place.replace(path)
    finally:
        place.unlink(missing_ok=True)
