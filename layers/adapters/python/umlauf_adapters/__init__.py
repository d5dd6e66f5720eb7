"""How the domain's ports are kept on AWS: one package per context."""
