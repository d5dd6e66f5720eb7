"""What every context stands on.

Money, calendar, identifiers, events, work and errors. The list is closed.
"""
