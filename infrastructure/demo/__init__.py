"""The demo month: real trips, played through the whole platform from signup to ledger."""
