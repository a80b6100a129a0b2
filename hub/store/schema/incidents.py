"""Incidents, settlements, and the rates by which needs are estimated."""
