"""What may be asked of notifications, one verb per file."""
