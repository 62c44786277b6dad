"""The CPU engine: small networks find the person, classic image processing draws them."""
