"""The contract between devices and the hub: messages, topics, codec, actions and labels.

Everything here is pure: no clock, no randomness, no files, no sockets. Both sides import it and nothing
else of each other. docs/protocol.md is generated from these modules.
"""
