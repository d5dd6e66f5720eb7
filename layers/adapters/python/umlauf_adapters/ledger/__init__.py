"""The journal and the debtors in DynamoDB."""
