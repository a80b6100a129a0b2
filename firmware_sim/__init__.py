"""Simulated device firmware: real bytes on real ports. Imports nothing of edge, hub or wire.

It is the honest other side of the system: its own encoder of labels and of NMEA 0183, and a witness that logs
outside the agent which confirmation bytes came back. Agreement between both sides is then worth something.

    ports       a pseudo terminal behind a symlink: survives an agent's restart, can vanish and come back
    codes       the file of codes; symbology: AIM identifiers; pace: the exact schedule
    replies     which scan does a byte answer; witness: the log of it
    scanner     the scanner itself; running: devices in threads; cli: `relay-sim`
"""
