"""How readings and day sums are stored, and how billing reads them."""
