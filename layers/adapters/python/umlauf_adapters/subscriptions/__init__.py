"""How subscriptions are stored and found when they fall due."""
