"""What may be asked of payments, one verb per file."""
