"""What the returns of the sites say together. Sees declared tables, never a person."""

from righthelp.evidence.gather import Evidence, gather

__all__ = ["Evidence", "gather"]
