"""More images than one machine can handle: the tutorials' network on workers of a Dask cluster.

Images are cut into blocks, workers classify blocks, and the answers come back in order. Read it in
this order:

* `arguments`: what the functions share, checked
* `blocks`: images in blocks
* `workers`: what a worker does, with a network that it builds once and keeps
* `running`: blocks on their way to the workers and back, and what happens to those that fail
* `answer_store`: finished blocks in a Zarr store, from which an interrupted run goes on
* `classifying`: `classify_many`, `count_right` and `classify_blocks`, which put these together
* `sweeping`: `sweep`, a table of accuracies over weights, thresholds and steps
* `connecting`: workers on this machine, or a cluster with an address

This needs the packages of the extra ``cluster``. ``docs/how_to/cluster.md`` shows how to use it.
"""

try:
    import distributed  # noqa: F401
    import filelock  # noqa: F401
    import zarr  # noqa: F401
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        f"Clusters need the Python package {missing.name}, which is not installed; install what "
        "they need with: pip install dask distributed zarr filelock",
        name=missing.name,
    ) from None

from tutorial_helpers.cluster.classifying import (
    BlockAnswer,
    RightOnes,
    classify_blocks,
    classify_many,
    count_right,
)
from tutorial_helpers.cluster.running import BadBlocksError, ClusterLostError, VersionsDifferError
from tutorial_helpers.cluster.sweeping import SweepRow, sweep

__all__ = [
    "BadBlocksError",
    "BlockAnswer",
    "ClusterLostError",
    "RightOnes",
    "SweepRow",
    "VersionsDifferError",
    "classify_blocks",
    "classify_many",
    "count_right",
    "sweep",
]
