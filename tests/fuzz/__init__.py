"""Coverage-guided fuzzing of what reads bytes from outside: `python -m tests.fuzz TARGET [--runs N] [FOLDER]`.

A target is a function of bytes that fails where a promise of its decoder is broken, not only where it crashes. CI runs
each for a bounded number of inputs; longer runs are by hand, and keep what they find in FOLDER.
"""
