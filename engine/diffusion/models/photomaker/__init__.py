"""PhotoMaker version 1: SDXL whose prompt holds the person that several photos show."""
