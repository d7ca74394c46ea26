"""Words of the register's pages for codes. English, translated where they are shown."""

from __future__ import annotations

from ckanext.kielce.common.marking import N_

FIELDS: dict[str, str] = {
    "title": N_("Title"),
    "title_en": N_("Title in English"),
    "description": N_("Description"),
    "unit_id": N_("Unit"),
    "domain": N_("Domain"),
    "tier": N_("Who may have it"),
    "reason": N_("Why"),
    "legal_basis": N_("Legal basis"),
    "obstacles": N_("What stands in the way"),
    "planned": N_("Planned opening"),
    "office": N_("Office to ask"),
    "contact": N_("Internal contact"),
    "shared_with": N_("Who gets it"),
    "access": N_("How they get it"),
    "dataset_id": N_("Dataset on this portal"),
    "source_id": N_("Source"),
    "url": N_("Address elsewhere"),
    "criteria": N_("Scores"),
    "public": N_("In the public register"),
    "sample": N_("Sample data"),
}
SOURCES: dict[str, str] = {
    "person": N_("entered by hand"),
    "catalogue": N_("taken from the catalogue"),
    "source": N_("taken from a harvest"),
}
