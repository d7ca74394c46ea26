"""How the portal searches: hooks that the plugin ``kielce`` takes over as its base class."""

from __future__ import annotations


class SearchHooks:
    """Methods of ``IFacets`` and ``IPackageController`` (``dataset_facets``, ``before_dataset_search`` …).

    ``before_dataset_index`` is called with the facet fields already added.
    """
