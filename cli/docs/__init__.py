"""`stickerface docs`: the documents as one page."""
