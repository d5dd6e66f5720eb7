"""What a reading may be."""

MOST = 1000


class Refused(Exception):
    """A value that can never be right."""
