"""What weights are worth: their accuracy on MNIST's test set, measured and put on record.

The network is the one of the tutorials, so this needs none of what training needs. Training never
reads the test set.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers import weight_sets
from tutorial_helpers.atomic_write import atomic_write, check_writable
from tutorial_helpers.data import load_mnist
from tutorial_helpers.inference import accuracy, classify
from tutorial_helpers.models import THRESHOLD, Classifier, build_classifier
from tutorial_helpers.pygenn import backend_description
from tutorial_helpers.weight_sets import installed_versions, load_weights, set_digest

if TYPE_CHECKING:
    from distributed import Client

#: The numbers of steps of 1 ms at which weights are measured by default.
TIMESTEPS = (12, 20, 30, 50, 100)

BEGIN, END = "<!-- evaluations: begin -->", "<!-- evaluations: end -->"
_HEADER = (
    "| set | SHA-256 | date | "
    + " | ".join(f"{steps} steps" for steps in TIMESTEPS)
    + " | measured with |"
)
_SPELLED = {"python": "Python", "numpy": "NumPy", "numba": "Numba"}
_RULE = "| --- | --- | --- |" + " ---: |" * len(TIMESTEPS) + " --- |"


class Evaluation(NamedTuple):
    """What `evaluate` measures.

    Attributes
    ----------
    name : str
        Name or folder of the set, as it was given.
    digest : str
        SHA-256 of the weights, from `weight_sets.set_digest`.
    backend : str
        What ran the network.
    versions : dict of str to str
        Versions of Python, NumPy and, if it ran the network, Numba.
    mnist : dict of int to float
        Accuracy on MNIST's test set in per cent, by the number of steps.
    """

    name: str
    digest: str
    backend: str
    versions: dict[str, str]
    mnist: dict[int, float]


def evaluate(
    name_or_folder: str = "default",
    timesteps: Sequence[int] = TIMESTEPS,
    *,
    client: Client | None = None,
    progress: bool = False,
) -> Evaluation:
    """Measure weights on MNIST's test set.

    Parameters
    ----------
    name_or_folder : str
        As for `load_weights`.
    timesteps : sequence of int
        Numbers of steps of 1 ms for which to show each image.
    client : distributed.Client, optional
        A Dask cluster that does the work. Without one, this process does.
    progress : bool
        Whether to show a progress bar.

    Raises
    ------
    OSError, ValueError
        If the weights or the images cannot be loaded.

    Examples
    --------
    >>> evaluate("default", [30, 100]).mnist  # doctest: +SKIP
    {30: 98.67, 100: 98.78}
    """
    weights = load_weights(name_or_folder)
    if client is None:
        backend = backend_description()
        network = build_classifier(weights, name="evaluation")
        mnist = accuracies(network, *load_mnist("test"), timesteps, progress=progress)
    else:
        from tutorial_helpers.cluster import sweep
        from tutorial_helpers.cluster.connecting import description

        backend = description(client)
        rows = sweep([THRESHOLD], timesteps, {"these": weights}, client=client, progress=progress)
        mnist = {row.timesteps: row.accuracy for row in rows}
    packages = ("numpy", "numba") if backend.startswith("numbagenn") else ("numpy",)
    return Evaluation(
        name=str(name_or_folder),
        digest=set_digest(weights),
        backend=backend,
        versions=installed_versions(*packages),
        mnist=mnist,
    )


def accuracies(
    network: Classifier,
    images: NDArray[np.uint8],
    labels: NDArray[Any],
    timesteps: Sequence[int],
    *,
    progress: bool = False,
) -> dict[int, float]:
    """Measure how often the network is right, for several numbers of steps.

    Parameters
    ----------
    network : Classifier
        From `models.build_classifier`.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 to 255.
    labels : ndarray, shape (n,)
        The digits.
    timesteps : sequence of int
        Numbers of steps of 1 ms for which to show each image.
    progress : bool
        Whether to show a progress bar for each.

    Returns
    -------
    dict of int to float
        Accuracy in per cent, by the number of steps.

    Examples
    --------
    >>> network = build_classifier([np.zeros((784, 128)), np.zeros((128, 10))], batch_size=2)
    >>> accuracies(network, np.zeros((4, 784), np.uint8), np.array([0, 0, 0, 5]), [1, 2])
    {1: 75.0, 2: 75.0}
    """
    return {
        steps: accuracy(
            classify(network, images, timesteps=steps, progress=progress).predictions, labels
        )
        for steps in timesteps
    }


def record(evaluation: Evaluation, path: Path | None = None) -> None:
    """Write an evaluation into the table of ``data/README.md``, one row for each set and hash.

    Parameters
    ----------
    evaluation : Evaluation
        The evaluation of a set in ``data/``, at all of `TIMESTEPS`.
    path : Path, optional
        Another document. The table is between two comments, `BEGIN` and `END`.

    Raises
    ------
    OSError
        If the document cannot be read or written.
    ValueError
        If the document lacks the two comments, or the evaluation lacks a number of steps.

    Examples
    --------
    >>> record(evaluate("default"))  # doctest: +SKIP
    """
    path = path or _document()
    mnist = evaluation.mnist
    if not set(TIMESTEPS) <= mnist.keys():
        raise ValueError(
            f"a record needs MNIST's test set at {', '.join(map(str, TIMESTEPS))} steps, which "
            "this evaluation lacks; evaluate again with these."
        )
    before, table, after = _around_table(path)
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    start = f"| `{evaluation.name}` | `{evaluation.digest[:12]}` |"
    versions = ", ".join(
        f"{_SPELLED[name]} {number}" for name, number in evaluation.versions.items()
    )
    # The number of threads makes no difference to the results.
    backend = evaluation.backend.partition(",")[0]
    row = " ".join(
        [
            start,
            f"{datetime.date.today().isoformat()} |",
            *(f"{mnist[steps]:.2f} % |" for steps in TIMESTEPS),
            f"{backend}, {versions} |",
        ]
    )
    places = [place for place, line in enumerate(rows) if line.startswith(start)]
    if places:
        rows[places[0]] = row
    else:
        rows.append(row)
    with atomic_write(path) as place:
        place.write_text(
            before + "\n".join([_HEADER, _RULE, *rows]) + "\n" + after, encoding="utf-8"
        )


def check_record() -> None:
    """Check, before the measurement, that ``data/README.md`` can take the result.

    Raises
    ------
    OSError
        If the document cannot be read or written.
    ValueError
        If it lacks the two comments around its table.

    Examples
    --------
    >>> check_record()
    """
    _around_table(_document())
    check_writable(_document(), "make it writable, or leave --record out")


def _document() -> Path:
    return weight_sets.DATA / "README.md"


def _around_table(path: Path) -> tuple[str, str, str]:
    """Return the text of the document before its table, the table, and the text after it."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} should be text in UTF-8, but is not; restore it.") from error
    found = re.fullmatch(f"(.*{BEGIN}\n)(.*)({END}\n?.*)", text, re.DOTALL)
    if found is None or text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(
            f"{path} should have a line '{BEGIN}' and, after it, a line '{END}', each once, "
            "with the table between them; restore them."
        )
    before, table, after = found.groups()
    return before, table, after
