"""Notifications: what customers are told, once, and only what is still true when it is sent."""
