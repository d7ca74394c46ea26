"""Air quality of the Chief Inspectorate of Environmental Protection (GIOŚ), pjp-api v1."""
