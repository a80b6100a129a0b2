"""What can go wrong in drawing."""


class PaperError(ValueError):
    """Something cannot be drawn as asked; the message says what, and what to choose instead."""
