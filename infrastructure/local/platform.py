"""The whole platform on one machine: template.yaml in the local cloud, stand-ins beside it.

Everything is on loopback and under one clock. Nothing about the platform is said here that the
template does not say: this only plays the parts that the outside world plays in production:
Stripe's account, the register of VAT ids, the parameters an administrator stores, and a first
member of staff.
"""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from local.cloud import LocalCloud
from local.errors import LocalCloudError
from local.stripe_standin.server import StripeStandIn
from local.vies_standin import ViesStandIn

STAGE: Final = "dev"
HTTP_PORT: Final = 8080
MQTT_PORT: Final = 8883
LAST_PORT: Final = 65535
STRIPE_KEY: Final = "sk_test_umlauf_local"
WEBHOOK_SECRET: Final = "whsec_umlauf_local"  # noqa: S105 - opens nothing but the stand-in
STAFF_NAME: Final = "olivia"
STAFF_PASSWORD: Final = "Umlauf-runs-2026"  # noqa: S105 - of a user pool that lives in this process
STAFF_GROUPS: Final = ("admins", "operators", "support")


def port_from_environment(name: str, default: int) -> int:
    """The port a person chose, or the default. Raises LocalCloudError for what is none."""
    text = os.environ.get(name, str(default))
    if not (text.isascii() and text.isdigit()) or int(text) > LAST_PORT:
        raise LocalCloudError(f"{name} must be a port number, not {text!r}")
    return int(text)


@dataclass(frozen=True)
class Login:
    """Who may sign in to the running platform."""

    username: str
    password: str
    client_id: str


class Platform:
    """Starts and stops the parts in order. `cloud` is the AWS side, `stripe` and `vies` others.

    `parameters` are the template's that shall not have their default.
    """

    def __init__(
        self,
        root: Path,
        *,
        http_port: int = 0,
        mqtt_port: int = 0,
        start: datetime | None = None,
        state_dir: Path | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.stripe = StripeStandIn(
            api_key=STRIPE_KEY,
            now=self._now,
            webhook_secret=WEBHOOK_SECRET,
            in_line=self._in_line,
        )
        # Bound here, for the template wants the addresses before anything is deployed.
        self.stripe.start()
        self.vies = ViesStandIn().start()
        self.cloud = LocalCloud(
            root,
            http_port=http_port,
            mqtt_port=mqtt_port,
            start=start,
            state_dir=state_dir,
            parameters={
                **(parameters or {}),
                "Stage": STAGE,
                "StripeApiBase": self.stripe.url,
                "ViesApiBase": self.vies.url,
            },
            ssm={
                f"/umlauf/{STAGE}/stripe/api_key": STRIPE_KEY,
                f"/umlauf/{STAGE}/stripe/webhook_secret": WEBHOOK_SECRET,
            },
        )

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            undo.callback(self.stripe.stop)
            undo.callback(self.vies.stop)
            self.cloud.__enter__()
            undo.callback(self.cloud.stop)
            self.stripe.deliver_to(f"{self.cloud.http_url}/v1/webhooks/stripe")
            self.cloud.register(self.stripe)
            self.staff = self._hire()
            self._write_logins()
            undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.cloud.stop()
        self.vies.stop()
        self.stripe.stop()

    def _now(self) -> datetime:
        return self.cloud.now()

    def _in_line(self, job: Callable[[], None]) -> Callable[[], None]:
        """Give Stripe's deliveries their place among the cloud's own work: runs stay repeatable."""
        return self.cloud.in_line(job)

    def _hire(self) -> Login:
        """Make the first member of staff, as an administrator does by hand in production."""
        cognito: Any = self.cloud.client("cognito-idp")
        pool = self.cloud.outputs["StaffPoolId"]
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=STAFF_NAME,
            TemporaryPassword=STAFF_PASSWORD,
            MessageAction="SUPPRESS",
        )
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=STAFF_NAME, Password=STAFF_PASSWORD, Permanent=True
        )
        for group in STAFF_GROUPS:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=STAFF_NAME, GroupName=group)
        return Login(STAFF_NAME, STAFF_PASSWORD, self.cloud.outputs["StaffClientId"])

    def _write_logins(self) -> None:
        """Leave the login where the `umlauf` command finds it, readable by its owner alone."""
        path = self.cloud.state_dir / "logins.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"staff": vars(self.staff)}, file)
