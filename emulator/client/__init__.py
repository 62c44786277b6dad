"""What the chat page, and drivers in other processes, talk to: CLIENT_API.md in code."""
