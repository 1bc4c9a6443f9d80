"""Files that are written as a whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a temporary file to write to, which replaces `path` when the block ends without error.

    If an error or Ctrl-C ends the block early, `path` stays as it was and the temporary file is
    removed.

    Parameters
    ----------
    path : Path
        The file to write. Its folder is made if it is missing.

    Yields
    ------
    Path
        The temporary file. It is in the same folder, because only within one file system can a file
        be renamed in one go.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "result.txt")
    ...     with atomic_write(path) as place:
    ...         place.write_text("all of it"), path.exists()
    ...     path.read_text()
    (9, False)
    'all of it'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    place = _temporary(path)
    try:
        yield place
        place.replace(path)
    finally:
        place.unlink(missing_ok=True)


def check_writable(path: Path, fix: str) -> None:
    """Check, before long work, that a file can be written. Nothing is changed.

    Parameters
    ----------
    path : Path
        The file. It may be missing, and so may its folder.
    fix : str
        The end of the message: what to do if the file cannot be written.

    Raises
    ------
    OSError
        If it cannot be written.

    Examples
    --------
    >>> check_writable(Path("results/best.txt"), "name another file")
    """
    try:
        is_folder = path.is_dir()
        missing = [folder for folder in path.parents if not folder.exists()]
        try:
            # Trying is the only sure way to know: permission bits do not show every obstacle.
            path.parent.mkdir(parents=True, exist_ok=True)
            place = _temporary(path)
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


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.part")
