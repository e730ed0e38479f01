"""What a site is sent: a letter, how to get the data, a template; and a note that it was asked."""

from righthelp.asking.request import HOW_TO, read_how_to, write_request

__all__ = ["HOW_TO", "read_how_to", "write_request"]
