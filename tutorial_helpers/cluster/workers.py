"""What a worker does: it classifies a block, with a network that it builds once and keeps."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import RLock
from time import perf_counter
from typing import Any, NamedTuple
from uuid import uuid4

import numpy as np
from distributed import Client, WorkerPlugin, get_worker
from distributed.versions import get_versions
from numpy.typing import NDArray

import numbagenn
import tutorial_helpers
from tutorial_helpers.inference import classify
from tutorial_helpers.models import Classifier, build_classifier, layer_sizes
from tutorial_helpers.weight_sets import set_digest

#: What has to be the same everywhere for the same answers, by its name on PyPI.
PACKAGES = ("spiking-mnist-tutorials", "numpy", "numba", "distributed")

# What the digest of this project's code is called among versions.
_CODE = "code of this project"

#: How many networks a worker keeps at most. The one that was not used for longest goes first.
MOST_NETWORKS = 8

Weights = Sequence[NDArray[np.floating[Any]]]

# A network uses all threads of its worker, so one runs at a time. Meanwhile the worker's other
# threads read or draw the next images.
_running = RLock()
_networks: OrderedDict[tuple[str, int], Classifier] = OrderedDict()


class VersionsDifferError(RuntimeError):
    """A worker has different versions from this process, so its answers might differ."""


class NoWeightsError(LookupError):
    """A worker does not know the weights of a run, which another scheduler was given."""


class Counted(NamedTuple):
    """What comes back for a block.

    Attributes
    ----------
    counts : ndarray of uint32, shape (rows, classes)
        Spikes of each output neuron, for each image.
    spikes : tuple of int
        Spikes of each layer, over all images of the block.
    build_seconds : float
        How long building the network took, in s; 0 if the worker had it.
    """

    counts: NDArray[np.uint32]
    spikes: tuple[int, ...]
    build_seconds: float


class WeightSets(WorkerPlugin):  # type: ignore[misc]
    """The weights of a run, which Dask gives to each worker once, also to one that joins later.

    They are not the result of a task, as every block would depend on it. Each time a worker dies,
    Dask would run it again, and after a few deaths blame it and give it up.

    Parameters
    ----------
    weight_sets : mapping of str to sequence of ndarray
        Weights by name.
    batch_size : int
        How many images a network classifies side by side.
    packages : sequence of str
        What has to be the same everywhere beyond `PACKAGES`.
    """

    def __init__(
        self,
        weight_sets: Mapping[str, Weights],
        batch_size: int,
        packages: Sequence[str] = (),
    ) -> None:
        self.name = f"weights-{uuid4().hex[:8]}"  # another one for each run
        self.weight_sets = {
            name: (_identity(weights), [*weights]) for name, weights in weight_sets.items()
        }
        self.batch_size = batch_size
        self.packages = (*PACKAGES, *packages)
        self.versions = versions(self.packages)

    def network(self, name: str) -> Classifier:
        """Return the network of some weights, which is built if this process has none."""
        digest, weights = self.weight_sets[name]
        key = (digest, self.batch_size)
        with _running:
            if key not in _networks:
                # PyGeNN writes code into a folder of this name, which others must not use.
                unique = f"classifier_{digest}_{self.batch_size}_{os.getpid()}"
                while len(_networks) >= MOST_NETWORKS:
                    _networks.popitem(last=False)[1].model.unload()
                _networks[key] = build_classifier(weights, batch_size=self.batch_size, name=unique)
            _networks.move_to_end(key)
            return _networks[key]

    def count(self, images: Any, name: str, threshold: float, timesteps: int) -> Counted:
        """Classify a block of images."""
        differing = differences(self.versions, versions(self.packages))
        if differing:
            raise VersionsDifferError(differing)
        block = np.asarray(images)  # reads or draws them, if they are not here yet
        with _running, _threads_of_worker():
            start = perf_counter()
            network = self.network(name)
            build_seconds = perf_counter() - start
            for population in network.populations:
                population.set_dynamic_param_value("Vthr", threshold)
            result = classify(network, block, timesteps=timesteps)
        return Counted(result.counts, result.spikes, build_seconds)

    def check(self, client: Client) -> None:
        """Raise if a worker has other versions of what the answers depend on.

        Raises
        ------
        VersionsDifferError
            With the package, the worker and both versions.
        """
        check_project(client)
        for address, found in client.get_versions(packages=self.packages)["workers"].items():
            there = _chosen(found, self.packages) | {_CODE: self.versions[_CODE]}
            differing = differences(self.versions, there, f"the worker at {address}")
            if differing:
                raise VersionsDifferError(differing)


def _identity(weights: Weights) -> str:
    """Return what tells weights from all others: the sizes of the layers and the digest."""
    return "_".join([*map(str, layer_sizes(weights)), set_digest(weights)[:16]])


def count_on_worker(plugin: str, images: Any, *point: Any) -> Counted:
    """Classify a block on a worker, which has the weights; this is the task that Dask runs."""
    weight_sets: WeightSets | None = get_worker().plugins.get(plugin)
    if weight_sets is None:
        raise NoWeightsError
    return weight_sets.count(images, *point)


@contextlib.contextmanager
def _threads_of_worker() -> Iterator[None]:
    """Let numbagenn use as many threads as the Dask worker has, if this is one."""
    try:
        threads = get_worker().state.nthreads
    except ValueError:  # no worker: as many as it would use anyway
        yield
        return
    before = numbagenn.get_num_threads()
    numbagenn.set_num_threads(threads)
    try:
        yield
    finally:
        numbagenn.set_num_threads(before)


def check_project(client: Client) -> None:
    """Raise if a worker cannot import this project, or has other code of it.

    Raises
    ------
    VersionsDifferError
        With the worker, and what to do.
    """
    here = code_digest()
    for address, there in client.run(code_digest, on_error="return").items():
        if isinstance(there, OSError):  # it has just died
            continue
        if isinstance(there, Exception):  # what Dask tells of an error in unpickling
            raise VersionsDifferError(
                f"The worker at {address} cannot import this project ({there}); install it there, "
                "in the version that is here, and start the worker again."
            )
        differing = differences({_CODE: here}, {_CODE: there}, f"the worker at {address}")
        if differing:
            raise VersionsDifferError(differing)


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Return the beginning of the SHA-256 of this project's code, as this process has it.

    Examples
    --------
    >>> len(code_digest())
    12
    """
    digest = hashlib.sha256()
    for module in (numbagenn, tutorial_helpers):
        folder = Path(str(module.__file__)).parent
        for file in sorted((*folder.rglob("*.py"), *folder.rglob("*.jinja"))):
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))  # as Git writes on Windows
    return digest.hexdigest()[:12]


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str | None]:
    """Return the versions here of Python, of packages, and of this project's code.

    Examples
    --------
    >>> versions()["numpy"] == np.__version__
    True
    """
    return _chosen(get_versions(packages=packages), packages) | {_CODE: code_digest()}


def _chosen(found: dict[str, dict[str, Any]], packages: Sequence[str]) -> dict[str, str | None]:
    """Return what counts among the versions that Dask lists; of Python, those that add features."""
    listed = found["packages"]
    python = ".".join(str(listed["python"]).split(".")[:2])
    return {"python": python, **{package: listed.get(package) for package in packages}}


def differences(
    here: Mapping[str, str | None], there: Mapping[str, str | None], worker: str = "a worker"
) -> str:
    """Return a sentence that says which versions differ, empty if none does.

    Examples
    --------
    >>> differences({"numpy": "2.1"}, {"numpy": "2.2"}).partition(";")[0]
    'A worker has numpy 2.2 (here 2.1)'
    """
    differing = [name for name, version in here.items() if there.get(name) != version]
    if not differing:
        return ""
    told = " and ".join(
        f"{name} {there[name]} (here {here[name] or 'none'})"
        if there.get(name)
        else f"no {name} (here {here[name]})"
        for name in differing
    )
    return (
        f"{worker[0].upper()}{worker[1:]} has {told}; install the same there, and start it again."
    )
