"""Objects with fixed attributes: it is an error to assign one that nothing would read."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn, TypeVar

from numbagenn.base.suggestions import did_you_mean

Item = TypeVar("Item")


class Sealed:
    """An object that, once complete, accepts assignments only to properties with a setter."""

    # Becomes true at the end of the constructor.
    _complete = False

    # Whether users may set attributes of their own, whose names resemble none of the object's.
    _open: ClassVar[bool] = False

    @property
    def _what(self) -> str:
        """What the object is called in messages."""
        raise NotImplementedError

    # What to do about an attribute that cannot be assigned.
    _instead = ""

    def __setattr__(self, name: str, value: object) -> None:
        attribute = getattr(type(self), name, None)
        settable = isinstance(attribute, property) and attribute.fset is not None
        if name.startswith("_") or settable or not self._complete:
            super().__setattr__(name, value)
            return
        known = [item for item in dir(self) if not item.startswith("_")]
        if name in known:
            raise AttributeError(f"'{name}' of {self._what} cannot be assigned; {self._instead}.")
        hint = did_you_mean(name, known)
        if hint == "." and self._open:
            super().__setattr__(name, value)
            return
        raise AttributeError(f"{self._what} has no attribute '{name}'{hint}")


class SealedDict(dict[str, Item]):
    """A dictionary whose entries cannot be replaced."""

    def _refusal(self, name: object) -> str:
        """Return what to say of an entry that cannot be assigned."""
        raise NotImplementedError

    def _refuse(self, name: object = "…", *others: Any, **more: Any) -> NoReturn:
        raise TypeError(self._refusal(name))

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]
