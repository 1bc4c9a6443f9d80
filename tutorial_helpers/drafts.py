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
    place = _place(path)
    try:
        yield place
        place.replace(path)
    finally:
        place.unlink(missing_ok=True)


def check_writable(path: Path, fix: str) -> None:
    """Check, ahead of long work, that a file can be written; nothing is changed.

    Parameters
    ----------
    path : Path
        The file. Neither it nor its folder need be there.
    fix : str
        What to do if it cannot, to end the message with.

    Raises
    ------
    OSError
        With one sentence, if it cannot be written.

    Examples
    --------
    >>> check_writable(Path("results/best.txt"), "name another file")
    """
    try:
        is_folder = path.is_dir()
        missing = [folder for folder in path.parents if not folder.exists()]
        try:
            # To try is the one sure way to know: permission bits do not tell of every obstacle.
            path.parent.mkdir(parents=True, exist_ok=True)
            place = _place(path)
            place.touch()
            place.unlink()
        finally:
            for folder in missing:
                with contextlib.suppress(OSError):
                    folder.rmdir()
    except (FileExistsError, NotADirectoryError) as error:
        raise OSError(f"{path} cannot be written: it would be in a file; {fix}.") from error
    except OSError as error:
        raise OSError(f"{path} cannot be written: {error.strerror}; {fix}.") from error
    if is_folder:
        raise OSError(f"{path} cannot be written: it is a folder; {fix}.")


def _place(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")
