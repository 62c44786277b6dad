"""Entrance HTTP: whether the process is well. Knows the service, no chat and no engine."""
