"""Tiny random networks in the real file formats: what a download would put on the disk. For the demo and the tests."""
