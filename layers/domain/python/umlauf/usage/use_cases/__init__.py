"""What usage can be told."""
