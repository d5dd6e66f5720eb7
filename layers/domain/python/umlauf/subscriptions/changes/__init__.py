"""What each kind of change does to an agreement or to the pauses: one kind, one file, pure."""
