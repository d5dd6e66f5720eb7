"""What the resources that several APIs show look like on the wire."""
