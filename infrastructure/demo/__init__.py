"""The demo month: real trips, ridden by a fleet of simulated bikes, billed and collected."""
