"""Entrance command line: reads the settings, composes everything, runs it."""
