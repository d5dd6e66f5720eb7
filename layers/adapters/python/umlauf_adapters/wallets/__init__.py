"""How wallets, their entries and sessions are stored."""
