"""What a customer does: profile, orders, payment methods, invoices, wallet, sessions, usage.

`Handler: app.app`. Everything is the caller's own; another's is not there.
"""

import credit
import documents
import invoices
import me
import payment_methods
import sessions
import subscription_changes
import subscriptions
import usage
import wallet
from umlauf_http.application import Application
from wiring import wired

app = Application("customer_api", wired())
app.include(
    me.routes,
    subscriptions.routes,
    subscription_changes.routes,
    payment_methods.routes,
    invoices.routes,
    credit.routes,
    documents.routes,
    wallet.routes,
    sessions.routes,
    usage.routes,
)
