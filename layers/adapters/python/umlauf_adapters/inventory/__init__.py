"""How assets, their holders and stations are stored."""
