"""``ckan`` with what the peers need to run at all: ``python -m benchmarks.peers -c INI harvester fetch-consumer``.

Used by the benchmark only. Two repairs of ckanext-spatial 2.3.2's CSWHarvester on CKAN 2.12, without which it imports nothing:

1. ``CswService.getrecordbyid`` gives the record as text that still begins with an XML declaration naming an encoding, and
   the harvester's own attempt at taking it off (``re.sub('<xml(.*)>', …)``) lacks the question mark: lxml refuses such text,
   and the exception ends the consumer on the first record. Here the declaration is taken off.
2. For an unchanged record it calls ``PackageSearchIndex.index_package`` with a bare ``package_show`` dict; CKAN 2.12 asserts that
   ``with_custom_schema`` is in it, and the consumer ends. Here the dict stands in for itself.

And what an operator would write to fit both peers to the portal's schema, through the hooks that they offer (their
``get_package_dict`` and ``modify_package_dict``): fields of the schema do not come as extras, and the fields that it requires
and a record does not carry (domain, frequency) are filled with one value.
"""

from __future__ import annotations

import re
import sys
from typing import Any

DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>\s*")
FREQUENCY = "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
#: Extras of the peers that are fields of the schema, or nothing that it would store.
FIELDS = {"spatial": "spatial", "lineage": "provenance"}
DROPPED = frozenset({"frequency-of-update", "licence_url"})


def repair_csw() -> None:
    """The two repairs of ckanext-spatial's CSW harvester."""
    from ckan.lib.search.index import PackageSearchIndex
    from ckanext.spatial.lib.csw_client import CswService

    by_id, index = CswService.getrecordbyid, PackageSearchIndex.index_package

    def getrecordbyid(self: Any, *arguments: Any, **named: Any) -> Any:
        record = by_id(self, *arguments, **named)
        if record:
            record["xml"] = DECLARATION.sub("", record["xml"])
        return record

    def index_package(self: Any, package: dict[str, Any] | None, defer_commit: bool = False) -> None:
        if package is not None and "with_custom_schema" not in package:
            package = {**package, "with_custom_schema": dict(package)}
        index(self, package, defer_commit)

    CswService.getrecordbyid = getrecordbyid
    PackageSearchIndex.index_package = index_package


def fit_to_schema() -> None:
    """Both peers write datasets that the portal's schema accepts."""
    from ckanext.dcat.harvesters.rdf import DCATRDFHarvester
    from ckanext.spatial.harvesters.base import SpatialHarvester

    of_spatial, of_dcat = SpatialHarvester.get_package_dict, DCATRDFHarvester.modify_package_dict

    def get_package_dict(self: Any, iso_values: Any, harvest_object: Any) -> dict[str, Any]:
        return fitted(of_spatial(self, iso_values, harvest_object))

    def modify_package_dict(self: Any, package: Any, temporary: Any, harvest_object: Any) -> dict[str, Any]:
        return fitted(of_dcat(self, package, temporary, harvest_object))

    SpatialHarvester.get_package_dict = get_package_dict
    DCATRDFHarvester.modify_package_dict = modify_package_dict


def fitted(package: dict[str, Any]) -> dict[str, Any]:
    """The peer's dataset in the portal's schema. Pure."""
    result = {**package, "domain": package.get("domain") or "srodowisko"}
    result["frequency"] = package.get("frequency") or FREQUENCY
    extras = []
    for extra in package.get("extras") or []:
        name, value = extra["key"], extra["value"]
        if name in FIELDS and value:
            result.setdefault(FIELDS[name], value)
        elif name not in FIELDS and name not in DROPPED and value not in (None, ""):
            extras.append(extra)
    result["extras"] = extras
    return result


if __name__ == "__main__":
    from ckan.cli.cli import ckan

    repair_csw()
    fit_to_schema()
    sys.exit(ckan())
