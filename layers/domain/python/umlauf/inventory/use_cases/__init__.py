"""What can be done to an asset."""
