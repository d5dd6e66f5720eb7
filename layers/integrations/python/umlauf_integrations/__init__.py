"""How the domain's ports are kept by outside vendors: one package per vendor."""
