"""How domain values are stored: documents, items and the one transaction they are written in."""
