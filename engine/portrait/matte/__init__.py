"""The person told from the background: a network's guess, other people taken away, the edge found in the colours."""
