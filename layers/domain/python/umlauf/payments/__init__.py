"""Payments: the customer's means of payment, and every try to take money with them."""
