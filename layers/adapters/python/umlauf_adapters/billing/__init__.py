"""Billing in DynamoDB: invoices, receivables, rated usage, numbers and runs, in one table."""
