"""Rounds of couriers, trips of unmanned vehicles, direct shipments."""
