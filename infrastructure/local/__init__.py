"""The local cloud: runs template.yaml on this machine, under a clock that can be moved."""
