"""What billing does, one act per file."""
