"""The version that a device announces; the same as the package's."""

VERSION = "0.2.0"

BUILT_MS = 1_767_225_600_000
"""2026-01-01, Unix ms: before this program was built, so no true clock shows a time before it."""
