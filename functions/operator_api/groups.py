"""Which staff groups may do what."""

from typing import Final

LOOK_UP: Final = ("admins", "operators", "support")
RUN: Final = ("admins", "operators")
PUBLISH: Final = ("admins",)
