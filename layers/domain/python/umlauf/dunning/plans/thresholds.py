"""What is not worth a case, as data: what nobody could pay if they were asked.

Below these amounts the payment provider takes nothing, whatever the customer's method (Stripe's
minimum charge amounts). Such an invoice stays open until credit pays it.
"""

from typing import Final

from umlauf.kernel.money import Money

LEAST_COLLECTABLE: Final = (
    Money(50, "EUR"),
    Money(50, "USD"),
    Money(50, "CHF"),
    Money(30, "GBP"),
)
