"""The charts of accounts, as data: which account plays which part.

SKR04, the chart of DATEV that follows the balance sheet, and a plain Dutch one in the usual decimal
groups (1 financial, 2 in transit, 4 costs, 8 revenue). Another chart is another `Chart`; no rule
names a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from umlauf.ledger.errors import NoAccount

_AT_A_RATE: Final = frozenset({"standard", "intermediate", "reduced", "super_reduced"})


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class RevenueAccounts:
    """Where a supply's net amount goes, and its tax.

    Without tax account the customer owes the tax.
    """

    revenue: Account
    tax: Account | None


@dataclass(frozen=True, slots=True)
class Chart:
    """`debtors` is the control account; `debtor_numbers` are for the accounts behind it."""

    name: str
    country: str
    debtors: Account
    debtor_numbers: range
    payments_in_transit: Account
    customer_credit: Account
    top_up_shortfalls: Account
    bank: Account
    bank_charges: Account
    dunning_fees: Account
    deposits: Account
    damages: Account
    domestic_revenue: Mapping[Decimal, RevenueAccounts]
    revenue_abroad: RevenueAccounts
    untaxed_revenue: Mapping[str, Account]

    def revenue(self, country: str, category: str, rate: Decimal) -> RevenueAccounts:
        """The accounts for a supply taxed so. Raises NoAccount.

        Tax of another member state is declared through OSS or there, so whatever its rate it goes
        to one pair of accounts. What bears no tax is told apart by why it does not.
        """
        untaxed = self.untaxed_revenue.get(category)
        if untaxed is not None and not rate:
            return RevenueAccounts(untaxed, None)
        if category in _AT_A_RATE and rate > 0:
            if country != self.country:
                return self.revenue_abroad
            if rate in self.domestic_revenue:
                return self.domestic_revenue[rate]
        raise NoAccount(
            f"{self.name} has no revenue account for {category} at {rate} % in {country}; add one",
            field="rate",
        )


SKR04: Final = Chart(
    name="SKR04",
    country="DE",
    debtors=Account("1200", "Forderungen aus Lieferungen und Leistungen"),
    debtor_numbers=range(10_000, 70_000),
    payments_in_transit=Account("1460", "Geldtransit"),
    customer_credit=Account("3500", "Sonstige Verbindlichkeiten (Kundenguthaben)"),
    top_up_shortfalls=Account("1300", "Sonstige Vermögensgegenstände (zurückgegebene Aufladungen)"),
    bank=Account("1800", "Bank"),
    bank_charges=Account("6855", "Nebenkosten des Geldverkehrs"),
    dunning_fees=Account("4830", "Sonstige betriebliche Erträge (Mahngebühren)"),
    deposits=Account("3550", "Erhaltene Kautionen"),
    damages=Account("4970", "Versicherungsentschädigungen und Schadenersatzleistungen"),
    domestic_revenue={
        Decimal(19): RevenueAccounts(
            Account("4400", "Erlöse 19 % USt"), Account("3806", "Umsatzsteuer 19 %")
        ),
        Decimal(7): RevenueAccounts(
            Account("4300", "Erlöse 7 % USt"), Account("3801", "Umsatzsteuer 7 %")
        ),
    },
    revenue_abroad=RevenueAccounts(
        Account("4339", "Erlöse aus im anderen EU-Land steuerbaren Leistungen"),
        Account("3818", "Umsatzsteuer aus im anderen EU-Land steuerpflichtigen Leistungen"),
    ),
    untaxed_revenue={
        "reverse_charge": Account(
            "4336",
            "Erlöse aus im anderen EU-Land steuerpflichtigen Leistungen, für die der "
            "Leistungsempfänger die Umsatzsteuer schuldet",
        ),
        "intra_community": Account("4125", "Steuerfreie innergemeinschaftliche Lieferungen"),
        "export": Account("4120", "Steuerfreie Umsätze nach § 4 Nr. 1a UStG"),
        "outside_scope": Account("4338", "Erlöse aus im Drittland steuerbaren Leistungen"),
        "exempt": Account("4160", "Steuerfreie Umsätze ohne Vorsteuerabzug"),
    },
)

NL_DECIMAL: Final = Chart(
    name="NL-DECIMAL",
    country="NL",
    debtors=Account("1300", "Debiteuren"),
    debtor_numbers=range(10_000, 100_000),
    payments_in_transit=Account("2000", "Kruisposten"),
    customer_credit=Account("1480", "Vooruitontvangen tegoeden van klanten"),
    top_up_shortfalls=Account("1380", "Te vorderen: teruggeboekte opwaarderingen"),
    bank=Account("1100", "Bank"),
    bank_charges=Account("4750", "Bankkosten"),
    dunning_fees=Account("8900", "Ontvangen aanmaningskosten"),
    deposits=Account("1490", "Ontvangen waarborgsommen"),
    damages=Account("8910", "Ontvangen schadevergoedingen"),
    domestic_revenue={
        Decimal(21): RevenueAccounts(
            Account("8000", "Omzet 21 % btw"), Account("1500", "Af te dragen btw 21 %")
        ),
        Decimal(9): RevenueAccounts(
            Account("8010", "Omzet 9 % btw"), Account("1510", "Af te dragen btw 9 %")
        ),
    },
    revenue_abroad=RevenueAccounts(
        Account("8050", "Omzet belast in andere EU-landen"),
        Account("1530", "Af te dragen btw van andere EU-landen"),
    ),
    untaxed_revenue={
        "reverse_charge": Account("8060", "Omzet diensten in de EU, btw verlegd"),
        "intra_community": Account("8070", "Omzet intracommunautaire leveringen"),
        "export": Account("8080", "Omzet uitvoer buiten de EU"),
        "outside_scope": Account("8090", "Omzet niet in Nederland belast"),
        "exempt": Account("8100", "Vrijgestelde omzet"),
    },
)

CHARTS: Final[Mapping[str, Chart]] = {chart.name: chart for chart in (SKR04, NL_DECIMAL)}
"""By the name that a legal entity says its books follow."""
