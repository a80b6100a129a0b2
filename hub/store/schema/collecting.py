"""Collection codes, and who opened a parcel first."""
