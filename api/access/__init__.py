"""Who may call, and how much: keys, tokens, rate limits."""
