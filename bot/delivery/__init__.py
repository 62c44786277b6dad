"""From job events to progress messages and the sticker in the chat."""
