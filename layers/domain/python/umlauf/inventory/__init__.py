"""What is rented out: serialised assets, where they are, and who has them."""
