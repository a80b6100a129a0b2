"""What a person can tell a hub on the command line; put together in hub.__main__."""
