"""How dunning is stored, and how its state machine is started and stopped."""
