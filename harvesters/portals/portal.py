"""What the harvesters of other portals share: whose copy counts least, your table of domains, datasets without a title."""

from __future__ import annotations

from typing import ClassVar

from ckanext.kielce.harvest.base import (
    ConfigField,
    DatasetDraft,
    Record,
    RecordError,
    Source,
    SourceHarvester,
)
from ckanext.kielce.harvesters.said import Said


class PortalHarvester(SourceHarvester):
    """Base of the harvesters of other portals; a protocol gives ``records`` and ``draft``."""

    precedence = 20
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "domains": ConfigField(
            "Your own table {group, category or EU theme code of that portal: domain of the city}.",
            "map",
            description_pl="Własna tabela {grupa, kategoria lub kod tematu UE tamtego portalu: dziedzina miasta}.",
        ),
    }
    # what to say of a dataset that has none, after "The dataset <guid>"
    untitled: ClassVar[Said]

    def draft(self, record: Record, source: Source) -> DatasetDraft:
        """The record in the city's schema, whether or not it has a title."""
        raise NotImplementedError

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        draft = self.draft(record, source)
        if not draft.data.get("title"):
            raise RecordError(
                f"The dataset {record.guid} {self.untitled.en}", f"Zbiór {record.guid} {self.untitled.pl}"
            )
        return draft
