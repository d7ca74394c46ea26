"""Sentences of the room that no template holds. Tables only; translated where they are shown."""

from __future__ import annotations

from ckanext.kielce.export.formats import N_

#: Why a file can't be made -> what the reader is told.
FAILURES: dict[str, str] = {
    "missing": N_(
        "There is no table of this file at the moment. It may be being read in again: try in a few minutes."
    ),
    "slow": N_("The database took too long. Narrow the view, or download the whole table."),
    "too_large": N_("The file is too large to be converted. Download the original file."),
    "unreadable": N_("The file could not be read as a map layer. Download the original file."),
    "no_shapes": N_("The file holds no shapes, so it can't be given out as a map layer."),
    "unknown_system": N_(
        "The file does not say in which system its coordinates are, so it can't be converted. Download the original file."
    ),
    "source": N_("The source of this file does not answer now. Try later."),
    "broken": N_("The file could not be made. Download the original file; we have noted the fault."),
}
