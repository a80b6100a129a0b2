"""Simulated device firmware: real bytes on real ports. Imports nothing of edge, hub or wire."""
