"""The engine for a machine without GPU and weights: classic image processing on the CPU."""
