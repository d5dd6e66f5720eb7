"""How readings, day sums and usage events are stored, and how billing reads them."""
