"""What can be done to a subscription."""
