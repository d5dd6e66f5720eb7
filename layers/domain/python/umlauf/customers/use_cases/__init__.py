"""What can be done to a customer's record."""
