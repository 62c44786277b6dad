"""`stickerface demo`: the product against the emulator, with a conversation to follow."""
