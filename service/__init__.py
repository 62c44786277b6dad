"""The one door: submit, cancel, watch, wait. Entrances ask here; engine and storage meet only here."""
