"""What fleet can be told."""
