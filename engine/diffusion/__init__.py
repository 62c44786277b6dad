"""Draws stickers with SDXL and InstantID. Importing the package imports no network library."""
