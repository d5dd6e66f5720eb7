"""Who has an asset now, as inventory, subscriptions, catalog and wallets know it together."""

from dataclasses import dataclass

from umlauf.catalog.ports import Plans
from umlauf.fleet.model import Lease
from umlauf.fleet.permitting import RunningSession, Tenancy
from umlauf.inventory.ports import Assets
from umlauf.subscriptions.model import Subscription
from umlauf.subscriptions.ports import Subscriptions
from umlauf.wallets.model import wallet_id_of
from umlauf.wallets.ports import Sessions, Wallets


@dataclass(frozen=True)
class JoinedTenancies:
    """Implements umlauf.fleet.ports.Tenancies. Every read is consistent."""

    assets: Assets
    subscriptions: Subscriptions
    plans: Plans
    wallets: Wallets
    sessions: Sessions

    def of_asset(self, asset_id: str) -> Tenancy | None:
        asset = self.assets.find(asset_id)
        if asset is None or asset.holder is None:
            return None
        subscription = self.subscriptions.get(asset.holder.subscription_id)
        plan = self.plans.get(subscription.plan_id, subscription.plan_version)
        is_prepaid = plan.prepaid_item is not None
        return Tenancy(
            subscription.id,
            is_active=subscription.is_live,
            is_prepaid=is_prepaid,
            session=self._running_session(subscription) if is_prepaid else None,
        )

    def _running_session(self, subscription: Subscription) -> RunningSession | None:
        wallet = self.wallets.find(wallet_id_of(subscription.customer_id, subscription.currency))
        running = wallet.session_of(subscription.id) if wallet else None
        if running is None:
            return None
        session = self.sessions.get(running.session_id)
        return RunningSession(
            session.id, Lease(session.terms.meter, session.lease), session.expires_at
        )
