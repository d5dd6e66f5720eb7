"""An adapter layer: every environment has its own copy."""
