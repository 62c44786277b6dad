"""`stickerface download`: the weights of a model, from the hosts that weights.toml names, checked and resumable."""
