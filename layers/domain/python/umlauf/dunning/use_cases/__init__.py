"""What may be asked of dunning, one verb per file."""
