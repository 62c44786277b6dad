"""face-to-sticker: SDXL with InstantID, an IP-Adapter and a depth ControlNet, cut out and outlined."""
