"""Which entity an order is with: the one at home where its site is, else one that serves."""

from collections.abc import Sequence
from dataclasses import dataclass

from umlauf.billing.terms import ENTITIES, LegalEntity, entity_for
from umlauf.inventory.errors import UnknownStation
from umlauf.inventory.ports import Stations


@dataclass(frozen=True, slots=True)
class SellersBySite:
    """Implements umlauf.subscriptions.ports.Sellers. The site of an order is a station."""

    stations: Stations
    entities: Sequence[LegalEntity] = ENTITIES

    def seller_of(self, customer_country: str, site: str | None) -> str:
        country = None if site is None else self._country_of(site)
        return entity_for(customer_country, site_country=country, entities=self.entities).id

    def _country_of(self, site: str) -> str:
        station = self.stations.find(site)
        if station is None:
            raise UnknownStation(
                f"there is no site {site!r}; name a station, or leave it out", field="site"
            )
        return station.country
