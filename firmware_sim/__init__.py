"""Simulated device firmware: real bytes on real ports. Imports nothing of edge, hub or wire.

It is the honest other side of the system: its own encoder of labels and of NMEA 0183, and a witness that logs
outside the agent which confirmation bytes came back. Agreement between both sides is then worth something.

    ports       a pseudo terminal behind a symlink: survives an agent's restart, can vanish and come back
    codes       the file of codes; symbology: AIM identifiers; pace: the exact schedule
    replies     which scan does a byte answer; witness: the log of it; expect: the balances that follow from it
    scanner     a barcode scanner on a port
    nmea        the encoder; drive: a vehicle on its route; gnss: a receiver on a port; replay: a recorded log on one
    world       the invented county, out of names, goods, roads and gs1; reference: the same as a hub takes it
    story       what people scan; scenario: the files that say who does what; signals: how they wait for each other
    running     devices in threads; stage: all devices of a scenario; cli: `relay-sim`
"""
