"""Words of the pages about sources for codes of the engine. English, translated where they are shown."""

from __future__ import annotations

from ckanext.kielce.common.marking import N_

OUTCOMES: dict[str, str] = {
    "ok": N_("read in full"),
    "unchanged": N_("nothing had changed"),
    "partly": N_("partly"),
    "refused": N_("refused"),
    "rejected": N_("rejected"),
    "failed": N_("failed"),
    "stopped": N_("stopped"),
}
STATES: dict[str, str] = {
    "queued": N_("waits in the queue"),
    "reading": N_("reading the source"),
    "writing": N_("writing to the catalogue"),
    "stopping": N_("is being stopped"),
    "held": N_("waits for a decision"),
    "finished": N_("finished"),
}
#: How a run stands: its outcome when it is finished, else its state.
STATUSES: dict[str, str] = {**STATES, **OUTCOMES}
#: Outcome or state of a run -> colour and shape of its mark.
TONES: dict[str, str] = {
    "ok": "fresh",
    "unchanged": "fresh",
    "partly": "due",
    "refused": "overdue",
    "failed": "delinquent",
    "rejected": "closed",
    "stopped": "closed",
    "stopping": "closed",
    "held": "overdue",
}
ACTIONS: dict[str, str] = {
    "create": N_("new"),
    "change": N_("changed"),
    "unchanged": N_("unchanged"),
    "return": N_("came back"),
    "missing": N_("missing from the source"),
    "archive": N_("archived"),
    "link": N_("second source of another dataset"),
    "linked": N_("second source of another dataset"),
    "fail": N_("with errors"),
    "failed": N_("with errors"),
    "note": N_("read with remarks"),
    "stopped": N_("not written (stopped)"),
}
#: Numbers that stand with a refused run.
NUMBERS: dict[str, str] = {
    "read": N_("records read now"),
    "expected": N_("records the source says it has"),
    "alive": N_("records known so far"),
    "left": N_("known records that are still there"),
    "gone": N_("known records that would be missing"),
    "share": N_("least share of records to remain, %"),
}
#: Names of fields that no dataset schema has, or has under another name.
FIELDS: dict[str, str] = {
    "owner_org": N_("Who publishes"),
    "tags": N_("Keywords"),
    "tag_string": N_("Keywords"),
    "resources": N_("Files"),
    "extras": N_("Further fields"),
}
