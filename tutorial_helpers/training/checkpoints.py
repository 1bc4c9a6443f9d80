"""Checkpoints: a file from which an interrupted training run goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.atomic_write import check_writable
from tutorial_helpers.checkpoints import load_checkpoint, save_checkpoint

FORMAT = 1  # a file of another format is refused
_FIX = "name another file with --checkpoint"  # the end of each message


class Checkpoint:
    """How far a training run has come, in memory and in a file.

    For each stage the file holds the leaves of the state after the last finished epoch, as
    ``stage/number``, and the facts of each stage.

    Parameters
    ----------
    path : path
        The file. If it exists, it is read.
    run : mapping
        What identifies the run, in types that JSON can hold: the same run gives the same weights.

    Raises
    ------
    OSError
        If the file cannot be read, or its folder cannot be written to.
    ValueError
        If the file is not a checkpoint, or belongs to another run.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     checkpoint = Checkpoint(Path(folder, "run.npz"), {"seed": 1})
    ...     checkpoint.keep("rates", {"w": np.zeros(3)}, epochs=1, of=2)
    ...     Checkpoint(Path(folder, "run.npz"), {"seed": 1}).progress
    "1 of 2 epochs of stage 'rates'"
    """

    def __init__(self, path: str | os.PathLike[str], run: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self._run = {"format": FORMAT, **run}
        self._facts: dict[str, dict[str, Any]] = {}
        self._leaves: dict[str, list[NDArray[Any]]] = {}
        # An error is raised now, and not after the first epoch.
        check_writable(self.path, _FIX)
        if self.path.exists():
            self._read()

    @property
    def progress(self) -> str:
        """How far the run has come, in words. Empty if nothing is saved."""
        if not self._facts:
            return ""
        name, facts = list(self._facts.items())[-1]
        if "epochs" not in facts:
            return f"all of stage '{name}'"
        return f"{facts['epochs']} of {facts['of']} epochs of stage '{name}'"

    def keep(self, name: str, state: Any, **facts: Any) -> None:
        """Save the state of a stage and its facts, in place of those saved before.

        Parameters
        ----------
        name : str
            Name of the stage.
        state : pytree of arrays and numbers
            The state to go on from.
        **facts
            Anything that JSON can hold.
        """
        all_leaves = self._leaves | {name: [np.asarray(leaf) for leaf in jax.tree.leaves(state)]}
        all_facts = self._facts | {name: json.loads(json.dumps(facts))}
        arrays = {
            f"{stage}/{number}": leaf
            for stage, leaves in all_leaves.items()
            for number, leaf in enumerate(leaves)
        }
        save_checkpoint(self.path, self._run, all_facts, arrays)
        self._leaves, self._facts = all_leaves, all_facts

    def restore(self, name: str, like: Any) -> tuple[Any, dict[str, Any]] | None:
        """Return the state of a stage and its facts, or None if nothing is saved.

        Parameters
        ----------
        name : str
            Name of the stage.
        like : pytree of arrays and numbers
            A state of the same structure, such as the one to start from.

        Raises
        ------
        ValueError
            If the saved state has another structure, or other shapes or types.
        """
        if name not in self._facts:
            return None
        wanted, structure = jax.tree.flatten(like)
        leaves = self._leaves[name]
        kinds = [[(np.shape(x), np.asarray(x).dtype) for x in each] for each in (wanted, leaves)]
        if kinds[0] != kinds[1]:
            raise ValueError(
                f"{self.path} should hold {len(wanted)} arrays for stage '{name}', of the shapes "
                "and types that this version of the code has, but holds others; remove it, or "
                f"{_FIX}."
            )
        # The same kind of array as before, so that updates are not compiled again.
        pairs = zip(leaves, wanted, strict=True)
        back = [jnp.asarray(leaf) if isinstance(x, jax.Array) else leaf for leaf, x in pairs]
        return jax.tree.unflatten(structure, back), self._facts[name]

    def _read(self) -> None:
        """Read the file, if it belongs to this run."""
        self._facts, arrays = load_checkpoint(self.path, self._run, _FIX)
        for name in self._facts:
            count = sum(key.startswith(f"{name}/") for key in arrays)
            self._leaves[name] = [arrays[f"{name}/{number}"] for number in range(count)]
