"""Words of ckanext-harvest's own pages and messages, which has no Polish catalogue.

Marked here so that they come into our catalogue, whose Polish is used for the whole site; nothing reads this list.
"""

from __future__ import annotations

from ckanext.kielce.common.marking import N_

WORDS = (
    N_("Harvest"),
    N_("Harvest Sources"),
    N_("Harvest sources"),
    N_("Harvest source not found"),
    N_("Harvest job not found"),
    N_("Not authorized to see this page"),
    N_("Harvest source cleared"),
    N_("Harvesting source successfully cleared"),
    N_("Harvesting source successfully inactivated"),
    N_("Harvest job stopped"),
    N_("Harvest will start shortly. Refresh this page for updates."),
    N_(
        'Cannot create new harvest jobs on inactive sources. First, please change the source status to "active".'
    ),
    N_("A harvest job has already been scheduled for this source"),
    N_("User {0} not authorized to update harvest source {1}"),
    N_("User {0} not authorized to create harvest sources"),
    N_("User {0} not authorized to create a job for source {1}"),
    N_("User {0} not authorized to see jobs from source {1}"),
    N_("User {0} not authorized to list jobs for source {1}"),
    N_("No content found"),
    N_("There are no datasets associated to this harvest source."),
)
