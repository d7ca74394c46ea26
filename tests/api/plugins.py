"""The plugins of a CKAN that the API is tried on."""

PLUGINS = (
    "kielce kielce_quality kielce_tables kielce_usage kielce_cache datastore kielce_api "
    "scheming_datasets dcat structured_data croissant spatial_metadata spatial_query"
)
