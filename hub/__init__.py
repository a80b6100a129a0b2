"""The hub: takes in facts from devices, keeps the ledger, the trace and the live map, and shows them."""
