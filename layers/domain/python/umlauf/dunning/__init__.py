"""Dunning: getting paid after a charge failed or a due date passed, by a plan that is data."""
