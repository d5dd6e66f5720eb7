"""Devices: who they are, what they may do, what they were told and what they say themselves."""
