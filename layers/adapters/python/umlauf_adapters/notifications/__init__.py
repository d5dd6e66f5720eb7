"""How messages are stored and sent."""
