"""Words for codes that no vocabulary names: statuses, kinds of data, search facets, column types.

Tables only. English msgids are marked with ``N_`` for extraction and translated where they are shown.
"""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a sentence for translation without translating it yet."""
    return text


#: Freshness status -> the word beside its shape.
STATUSES: dict[str, str] = {
    "fresh": N_("Up to date"),
    "due": N_("Update due"),
    "overdue": N_("Late"),
    "delinquent": N_("Long out of date"),
    "closed": N_("Closed series"),
    "unknown": N_("Freshness unknown"),
}

#: Dataset type -> what it is called on the page.
TYPES: dict[str, str] = {
    "dataset": N_("Dataset"),
    "spatial_layer": N_("Map layer"),
    "indicator": N_("Indicator"),
    "live_feed": N_("Live data"),
}

#: Search facet -> its heading in the list of filters.
FACETS: dict[str, str] = {
    "groups": N_("Domain"),
    "organization": N_("Who publishes"),
    "vocab_format": N_("Format"),
    "quality_status": N_("How current"),
    "quality_grade": N_("Grade"),
    "vocab_frequency": N_("How often updated"),
    "dataset_type": N_("Kind of data"),
    "license_id": N_("Licence"),
    "tags": N_("Keyword"),
    "quality_late": N_("How current"),
    "vocab_year": N_("Years covered"),
    "vocab_place": N_("Area"),
    "vocab_named": N_("District"),
}

#: Search facet -> a chosen filter as the end of "Only data …".
FILTERS: dict[str, str] = {
    "groups": N_("about: {value}"),
    "organization": N_("published by {value}"),
    "vocab_format": N_("that can be had as {value}"),
    "quality_status": N_("whose state is: {value}"),
    "quality_grade": N_("with the grade {value}"),
    "vocab_frequency": N_("updated: {value}"),
    "dataset_type": N_("of the kind: {value}"),
    "license_id": N_("under the licence {value}"),
    "tags": N_("with the keyword {value}"),
    "quality_late": N_("that are late now"),
    "vocab_year": N_("that cover the year {value}"),
    "vocab_place": N_("about the area: {value}"),
    "vocab_named": N_("that name the district {value}"),
}

#: Kind of a suggestion while typing -> the word beside it.
SUGGESTIONS: dict[str, str] = {
    "words": N_("search"),
    "domain": N_("domain"),
    "unit": N_("publisher"),
    "district": N_("district"),
    "dataset": N_("dataset"),
}

#: Kind of an event -> its heading among the filters of "what changed".
EVENTS: dict[str, str] = {
    "changed": N_("New data"),
    "late": N_("Began to be late"),
    "resumed": N_("Up to date again"),
    "broken": N_("Something broke"),
    "mended": N_("Mended"),
    "closed": N_("Series closed"),
}

#: Type of a column -> word under its name in the dictionary.
COLUMN_TYPES: dict[str, str] = {
    "text": N_("text"),
    "string": N_("text"),
    "integer": N_("whole number"),
    "int4": N_("whole number"),
    "int8": N_("whole number"),
    "bigint": N_("whole number"),
    "number": N_("number"),
    "numeric": N_("number"),
    "float8": N_("number"),
    "double precision": N_("number"),
    "date": N_("date"),
    "year": N_("year"),
    "yearmonth": N_("month"),
    "duration": N_("span of time"),
    "geopoint": N_("shape on the map"),
    "geojson": N_("shape on the map"),
    "object": N_("structured data"),
    "array": N_("list"),
    "any": N_("anything"),
    "timestamp": N_("date and time"),
    "datetime": N_("date and time"),
    "timestamptz": N_("date and time"),
    "time": N_("time"),
    "boolean": N_("yes or no"),
    "bool": N_("yes or no"),
    "geometry": N_("shape on the map"),
}

#: Comparison of a condition on a column -> its words between the column and the value.
COMPARISONS: dict[str, str] = {
    "has": N_("contains"),
    "is": N_("is"),
    "not": N_("is not"),
    "from": N_("from"),
    "to": N_("up to"),
    "empty": N_("is empty"),
    "filled": N_("is filled in"),
}

#: Part of a table's address that was not understood -> what is told of it.
MISREAD: dict[str, str] = {
    "column": N_("There is no column “{column}” in this table (any more), so that condition was left out."),
    "comparison": N_("The column “{column}” cannot be compared like that, so the condition was left out."),
    "value": N_(
        "“{value}” does not fit the column “{column}” (a number, a date such as 3.11.2026, yes or no), so it was left out."
    ),
    "many": N_("Only {value} conditions can be used at once; the rest was left out."),
}
