"""The version that a device announces; the same as the package's."""

VERSION = "0.2.0"
