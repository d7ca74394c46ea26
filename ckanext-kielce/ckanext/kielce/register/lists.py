"""Taking a list into the register in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk

from . import domain, importing, store, writing
from .model import Entry

#: Errors that are told at once; who has more mends these first.
MOST_ERRORS = 200


def take(path: Path, name: str, *, user: Any, lang: str, check: bool) -> dict[str, Any]:
    """Read a list and write it; commits, or with ``check`` leaves everything as it was.

    :param name: what the person calls the file
    :returns: how many entries were ``created``, ``changed``, ``unchanged``
    :raises ckan.plugins.toolkit.ValidationError: nothing was written; says what is wrong, row by row
    """
    most = int(tk.config["ckanext.kielce.register.import_rows"])
    known = importing.Known(unit=writing.units_by_name(), dataset=writing.dataset_by_name)
    reading = importing.read_list(path, known, most)
    errors = [_told(error, lang) for error in reading.errors]
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    if not reading.problems:
        # Rows that can be read are tried even where others can't, so that all errors are told together.
        errors += _write(reading.rows, name, user, lang, counts)
    if reading.problems or errors:
        ckan_model.Session.rollback()
        raise tk.ValidationError(_summary(reading, errors, lang))
    if check:
        ckan_model.Session.rollback()
    else:
        ckan_model.Session.commit()
    return {**counts, "check": check}


def _write(
    rows: list[importing.Row], name: str, user: Any, lang: str, counts: dict[str, int]
) -> list[dict[str, Any]]:
    errors: list[dict[str, Any]] = []
    by_title = {
        domain.key(entry.title, entry.unit_id): entry
        for entry in ckan_model.Session.query(Entry).filter(Entry.removed_at.is_(None))
    }
    for row in rows:
        fields = dict(row.fields)
        entry = store.get(row.entry_id) if row.entry_id else None
        if row.entry_id and entry is None:
            errors.append(_error(row, "id", tk._("There is no entry with this identifier")))
            continue
        if entry is None:
            entry = by_title.get(domain.key(fields.get("title", ""), fields.get("unit_id", "")))
        scores = fields.pop("scores", None)
        if scores:
            fields["criteria"] = importing.merged_scores(entry.criteria if entry else {}, scores)
        if entry is None:
            fields.setdefault("public", True)
        try:
            _entry, changed = writing.save(entry, fields, user=user, source=f"import:{name}"[:200], lang=lang)
        except tk.ValidationError as error:
            errors += [
                _error(row, field, text) for field, texts in error.error_dict.items() for text in texts
            ]
        except tk.NotAuthorized as error:
            errors.append(_error(row, "unit", str(error)))
        else:
            counts["created" if entry is None else "changed" if changed else "unchanged"] += 1
    return errors


def _error(row: importing.Row, column: str, text: Any) -> dict[str, Any]:
    return {"row": row.number, "column": row.columns.get(column, ""), "message": str(text)}


def _told(error: importing.RowError, lang: str) -> dict[str, Any]:
    message = writing.sentence((error.sentence, dict(error.values)), lang)
    return {"row": error.row, "column": error.column, "message": message}


def _summary(reading: importing.Reading, errors: list[dict[str, Any]], lang: str) -> dict[str, Any]:
    errors.sort(key=lambda each: (each["row"] or 0, each["column"]))
    told: dict[str, Any] = {"upload": [tk._("Nothing was written. Mend the list and send it again")]}
    if reading.problems:
        told["upload"] += [
            problem.message_pl if lang == "pl" else problem.message_en for problem in reading.problems
        ]
    if errors:
        told["rows"] = errors[:MOST_ERRORS]
    return told
