"""Setting up, starting and trying out the whole of it on one machine."""
