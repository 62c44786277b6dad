"""Sixteen reactions from one photo: the face is moved and painted, props are put on, any style draws it."""
