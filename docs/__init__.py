"""How it works, the protocol, operations, decisions; and the script that writes the protocol out of the code."""
