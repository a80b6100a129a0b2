"""The agent on a device: reads barcodes and positions, keeps them safe, delivers them when it can."""
