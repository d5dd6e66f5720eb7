"""How fleet's records are stored, and how devices are enrolled and reached through AWS IoT."""
