"""What people read: sentences per language, labels, captions. Knows no chat."""
