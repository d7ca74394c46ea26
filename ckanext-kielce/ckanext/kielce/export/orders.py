"""What is asked for, as plain data: a form of a table, a layer or a dataset, and the key that its file is kept under."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ckanext.kielce.export.formats import FORMS, WRITER
from ckanext.kielce.export.store import key_of
from ckanext.kielce.tables.shared import Condition, View


@dataclass(frozen=True, slots=True)
class Order:
    """A file to be made.

    ``content`` names the content that it is made of (a table's version, a layer's hash); ``about`` is what the file says of
    itself (title, columns …), which is part of the key like everything else.
    """

    form: str
    id: str
    content: str
    lang: str = "pl"
    system: str = ""
    view: View = field(default_factory=View)
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The name of the file in the store."""
        return key_of(WRITER, asdict(self))

    @property
    def child(self) -> bool:
        """Whether a process of its own makes it."""
        return self.form not in FORMS or FORMS[self.form].child

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for the queue."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Order:
        """The order that `as_dict` was made of."""
        view = dict(data["view"])
        view["conditions"] = tuple(Condition(**condition) for condition in view["conditions"])
        return Order(**{**data, "view": View(**view)})
