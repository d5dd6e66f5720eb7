"""How quantity becomes an amount: one price model a file, exact until `rating.rate` rounds once.

Amounts are `Decimal` minor units without a currency (8.5 is eight and a half cents): the `Price` a
model hangs on says in which currency it counts.
"""
