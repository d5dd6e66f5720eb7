"""Making money: rating, invoices, tax, numbers and receivables."""
