"""The texts, as data: one file per language, every template in each.

A text names figures only by placeholder.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from umlauf.customers.model import Language
from umlauf.notifications.model import Template
from umlauf.notifications.templates.dutch import DUTCH
from umlauf.notifications.templates.english import ENGLISH
from umlauf.notifications.templates.german import GERMAN
from umlauf.notifications.templates.text import Text

TEXTS: Final[Mapping[Language, Mapping[Template, Text]]] = MappingProxyType(
    {Language.GERMAN: GERMAN, Language.DUTCH: DUTCH, Language.ENGLISH: ENGLISH}
)
