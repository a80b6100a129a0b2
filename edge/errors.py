"""The root of every error that the edge agent raises by itself."""


class EdgeError(Exception):
    """Something on the device went wrong; the sentence says what was tried, on what, and what a person can do."""
