"""How fast and how large, measured here and now. Compare figures of one run only: machines are noisy."""
