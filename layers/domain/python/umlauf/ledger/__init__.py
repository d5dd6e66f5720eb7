"""The books: journal entries posted from events, and the debtors behind the control account."""
