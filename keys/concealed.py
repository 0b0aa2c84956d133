"""Objects that hold secrets: they neither print nor pickle."""

from typing import NoReturn, SupportsIndex


class Concealed:
    """Keep an object's content out of logs, tracebacks and pickles (ASVS 5.0 section 16.2.5)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"{type(self).__name__} does not leave the process")
