"""Tells callers' servers what became of their requests: signed, repeated, and not forgotten by a restart."""
