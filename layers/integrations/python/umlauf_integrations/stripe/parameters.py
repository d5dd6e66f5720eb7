"""Stripe's secrets, from Systems Manager parameters below one path: `api_key`, `webhook_secret`."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from umlauf.payments.errors import ProviderUnavailable

KEPT_FOR: Final = timedelta(minutes=5)
"""A rotated secret is in use everywhere after at most this long."""


class StripeParameters:
    """Reads the secrets when they are needed and remembers them for a while. Never logged."""

    def __init__(self, ssm: Any, path: str, now: Callable[[], datetime]) -> None:
        self._ssm = ssm
        self._path = path.rstrip("/")
        self._now = now
        self._values: Mapping[str, str] = {}
        self._read_at: datetime | None = None

    @property
    def api_key(self) -> str:
        return self._value("api_key")

    @property
    def webhook_secret(self) -> str:
        return self._value("webhook_secret")

    def forget(self) -> None:
        """Read anew next time: a secret was refused, it may have been rotated."""
        self._read_at = None

    def _value(self, name: str) -> str:
        now = self._now()
        if self._read_at is None or not timedelta(0) <= now - self._read_at < KEPT_FOR:
            self._values, self._read_at = self._read(), now
        try:
            return self._values[name]
        except KeyError:
            raise ProviderUnavailable(f"the parameter {self._path}/{name} is not set") from None

    def _read(self) -> Mapping[str, str]:
        # One page is enough: the path holds a handful of parameters.
        answer = self._ssm.get_parameters_by_path(Path=self._path, WithDecryption=True)
        return {
            parameter["Name"].rsplit("/", 1)[-1]: parameter["Value"]
            for parameter in answer["Parameters"]
        }
