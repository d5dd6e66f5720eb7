"""What staff does: catalog, fleet, rentals, billing runs, and looking things up.

`Handler: app.app`. Each operation names the groups that may call it.
"""

import assets
import billing_runs
import commands
import credit_balances
import credit_notes
import customers
import devices
import documents
import dunning_cases
import imports
import invoices
import journal
import legal_entities
import plan_moves
import plans
import rentals
import stations
import subscription_care
import subscription_changes
import subscriptions
import timeline
import usage_events
from umlauf_http.application import Application
from wiring import wired

app = Application("operator_api", wired())
app.include(
    assets.routes,
    billing_runs.routes,
    commands.routes,
    credit_balances.routes,
    credit_notes.routes,
    customers.routes,
    devices.routes,
    dunning_cases.routes,
    imports.routes,
    invoices.routes,
    documents.routes,
    journal.routes,
    legal_entities.routes,
    plan_moves.routes,
    plans.routes,
    rentals.routes,
    stations.routes,
    subscription_care.routes,
    subscription_changes.routes,
    subscriptions.routes,
    timeline.routes,
    usage_events.routes,
)
