"""The models that the diffusion engine runs, a folder each: all that is a model's own."""
