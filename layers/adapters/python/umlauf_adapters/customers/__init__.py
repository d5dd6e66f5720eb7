"""How customers and the block list are stored."""
