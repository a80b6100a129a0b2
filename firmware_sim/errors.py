"""The one root exception of the simulated firmware."""


class SimError(Exception):
    """What the simulated firmware was told cannot be done; the sentence says what to do instead."""
