"""righthelp: what changed in how people used their GP practice after they saw a link worker."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """`__version__`, read from the installed package when it is first asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("righthelp")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
