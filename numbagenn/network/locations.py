"""Where the memory of a group would be held on a GPU: kept as it was set, and without effect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from numbagenn.base.enumerations import VarLocation
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.wording import quoted, shown

Member = TypeVar("Member")


def checked_member(what: str, given: object, enumeration: type[Member]) -> Member:
    """Return a member of an enumeration, after checking that it is one.

    Raises
    ------
    TypeError
        If it is something else, such as the name of one.
    """
    if not isinstance(given, enumeration):
        raise TypeError(f"{what} must be a {enumeration.__name__}, not {shown(given)}.")
    return given


class Locations:
    """Where variables and other memory of a group are held.

    Parameters
    ----------
    title
        What the group is called in messages.
    default
        Where all of it is held that nothing is said of.
    """

    def __init__(self, title: str, default: VarLocation) -> None:
        self._title = title
        self._default = default
        self._held: dict[tuple[str, str], VarLocation] = {}

    def set(self, what: str, name: str, known: Iterable[str], location: VarLocation) -> None:
        """Keep where a variable is held.

        Raises
        ------
        RuntimeError
            If there is no such variable.
        """
        self._require(what, name, known)
        self._held[what, name] = checked_member(
            f"The location of {what} '{name}' of {self._title}", location, VarLocation
        )

    def get(self, what: str, name: str, known: Iterable[str]) -> VarLocation:
        """Return where a variable is held.

        Raises
        ------
        RuntimeError
            If there is no such variable.
        """
        self._require(what, name, known)
        return self._held.get((what, name), self._default)

    def _require(self, what: str, name: str, known: Iterable[str]) -> None:
        if name not in known:
            hint = did_you_mean(str(name), known)
            raise RuntimeError(
                f"Unknown {what} {shown(name)}: those of {self._title} are {quoted(known)}{hint}"
            )


def location_of(memory: str) -> Any:
    """Return a property of groups: where some memory of theirs is held; see `VarLocation`."""

    def get(self: Any) -> VarLocation:
        held: VarLocation = self._locations.get(memory, "", [""])
        return held

    def assign(self: Any, location: VarLocation) -> None:
        self.genn_model.refuse_if_built(f"set where {memory} of {self.title} is held")
        self._locations.set(memory, "", [""], location)

    doc = f"Where {memory} would be held on a GPU; it has no effect here, see `VarLocation`."
    return property(get, assign, doc=doc)
