"""Facts that come by hand: a device's export (wire.bundle), checked, and brought through the same door as all others.

`checking` lets a file in or says why not: its device's certificate must be one that this hub gave out and did not take
back, and its key must have signed every byte. `taking` hands the messages to ingest one by one, as the broker would.
`desk` is where a command leaves a file for the running hub, so that one process alone ever writes the ledger.

What an import may move is what a batch from the network may move, by the same rule (hub.core.reception): `through`
rises over what is stored with it, or was declared missing by the device that looked. A batch that begins beyond
`through` is not stored: to store it would either tell the device that the hub has what it has not, or call missing what
the device may still hold, which then counts as confirmed there and goes first when its disk is full. So nothing that
comes later is hidden, in whatever order files and network bring it. The file also says, as a hello does, how much there
is; what is missing shows as missing until it comes. Only a person may declare it missing, who knows that nobody has it.
"""
