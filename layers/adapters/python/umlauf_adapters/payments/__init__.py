"""How payments are stored."""
