"""The refusals of the Stripe API: status, type and code as its clients tell them apart."""

from typing import Literal

from local.stripe_standin.wire import Json

RefusalType = Literal["api_error", "card_error", "idempotency_error", "invalid_request_error"]

_DOCUMENTATION = "https://docs.stripe.com/error-codes#"


class Refusal(Exception):
    """An answer other than 2xx. `details` go into the error object beside the common fields."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        status: int = 400,
        kind: RefusalType = "invalid_request_error",
        details: Json | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: Json = {"message": message, "type": kind}
        if code is not None:
            self.error["code"] = code
            self.error["doc_url"] = _DOCUMENTATION + code.replace("_", "-")
        if param is not None:
            self.error["param"] = param
        self.error.update(details or {})

    @property
    def body(self) -> Json:
        return {"error": self.error}


def no_such(what: str, object_id: str, *, param: str | None = None) -> Refusal:
    """Say that an id names nothing: 404 for one in the path, 400 for one among the parameters."""
    return Refusal(
        f"No such {what}: '{object_id}'",
        code="resource_missing",
        param=param or "id",
        status=404 if param is None else 400,
    )


def missing(param: str) -> Refusal:
    return Refusal(f"Missing required param: {param}.", code="parameter_missing", param=param)


def not_modelled(what: str, *, param: str) -> Refusal:
    """Refuse what Stripe can do and the stand-in cannot, rather than pretend it happened."""
    return Refusal(
        f"The Stripe stand-in does not model {what}.", code="standin_not_modelled", param=param
    )
