"""Requests, consignments and parcels, and what happened to them."""
