"""A stand-in for Stripe: its wire format on loopback, for the unmodified `stripe` library."""
