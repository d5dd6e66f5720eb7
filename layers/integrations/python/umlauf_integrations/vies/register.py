"""Asking VIES over its REST interface whether a VAT id is registered now.

Each member state answers for its own ids and is often away. So only a plain yes or no counts;
everything else, a busy state or a page nobody understands, is no answer and never "not registered".
"""

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import quote, urlsplit

from umlauf.customers.errors import VatRegisterUnavailable
from umlauf.customers.ports import VatIdChecks

_SECONDS: Final = 5
_MOST_BYTES: Final = 65_536
_OK: Final = 200
_ANSWERS: Final = {("VALID", True): True, ("INVALID", False): False}


class ViesRegister:
    """Implements umlauf.customers.ports.VatIdChecks. `base` is where the REST interface begins."""

    def __init__(self, base: str) -> None:
        where = urlsplit(base)
        if where.scheme not in {"http", "https"} or not where.hostname:
            raise ValueError(f"the address of VIES must be a URL, not {base!r}")
        self._connect = HTTPSConnection if where.scheme == "https" else HTTPConnection
        self._host, self._port = where.hostname, where.port
        self._path = where.path.rstrip("/")

    def is_registered(self, number: str) -> bool:
        """Raises VatRegisterUnavailable."""
        try:
            answer = self._ask(f"{self._path}/ms/{quote(number[:2])}/vat/{quote(number[2:])}")
            known = _ANSWERS.get((answer.get("userError"), answer.get("isValid")))
        except (OSError, HTTPException, ValueError, AttributeError, TypeError) as error:
            raise VatRegisterUnavailable("VIES did not answer; try again later") from error
        if known is None:
            raise VatRegisterUnavailable(
                f"VIES cannot say anything of {number[:2]} now; try again later"
            )
        return known

    def _ask(self, path: str) -> Any:
        connection = self._connect(self._host, self._port, timeout=_SECONDS)
        try:
            connection.request("GET", path, headers={"Accept": "application/json"})
            response = connection.getresponse()
            body = response.read(_MOST_BYTES)
        finally:
            connection.close()
        if response.status != _OK:
            raise HTTPException(f"status {response.status}")
        return json.loads(body)


class NoRegister:
    """Where VIES cannot be reached by design: every id stays unchecked, and none counts."""

    def is_registered(self, number: str) -> bool:
        raise VatRegisterUnavailable(f"no register is set up here that knows {number[:2]}")


def vat_id_register(base: str | None) -> VatIdChecks:
    """VIES at this address, or none."""
    return ViesRegister(base) if base else NoRegister()
