"""What anybody may ask: plans, offers, signup, tokens, and Stripe's webhooks.

`Handler: app.app`.
"""

import about
import offers
import plans
import signups
import tokens
import webhooks
from umlauf_http.application import Application
from wiring import wired

app = Application("public_api", wired())
app.include(
    about.routes, offers.routes, plans.routes, signups.routes, tokens.routes, webhooks.routes
)
