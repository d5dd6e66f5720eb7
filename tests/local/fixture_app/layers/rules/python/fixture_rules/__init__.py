"""A pure layer: nothing but the standard library, shared by all environments."""
