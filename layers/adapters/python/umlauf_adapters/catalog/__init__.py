"""How plans are stored."""
