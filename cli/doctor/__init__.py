"""`stickerface doctor`: looks at everything that a run needs, all at once, and says how to mend what is not well."""
