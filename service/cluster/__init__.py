"""Engines in processes of their own, on this machine and others, by Ray. The only place that imports ray."""
