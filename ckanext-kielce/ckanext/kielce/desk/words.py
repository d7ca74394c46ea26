"""Words of the desk, marked for translation: kinds of tasks, acts, states, heads of columns."""

from __future__ import annotations

from collections.abc import Mapping

from ckanext.kielce.common.marking import N_

KINDS: Mapping[str, str] = {
    "alert": N_("Personal or sensitive data"),
    "frequency": N_("Promise loosened"),
    "broken": N_("File cannot be fetched"),
    "twin": N_("Twins disagree"),
    "content": N_("Content went bad"),
    "late": N_("Late"),
    "detail": N_("Detail to mend"),
}
STATES: Mapping[str, str] = {
    "open": N_("to do"),
    "snoozed": N_("put off"),
    "acknowledged": N_("acknowledged"),
    "all": N_("all"),
}
ROLES: Mapping[str, str] = {
    "coordinator": N_("coordinator"),
    "auditor": N_("auditor"),
    "owner": N_("owner"),
}
#: What the log says of an act.
ACTS: Mapping[str, str] = {
    "acknowledge": N_("acknowledged"),
    "snooze": N_("put off"),
    "reopen": N_("taken up again"),
    "assign": N_("assigned"),
    "ask": N_("owner asked"),
    "observe": N_("looked at again"),
    "stage": N_("file checked before publishing"),
    "publish": N_("checked file published"),
    "discard": N_("checked file thrown away"),
    "expire": N_("checked file expired"),
    "grant": N_("role granted"),
    "revoke": N_("role taken back"),
}
#: What a button of an act says.
DO: Mapping[str, str] = {
    "acknowledge": N_("Acknowledge"),
    "snooze": N_("Put off"),
    "reopen": N_("Take up again"),
    "assign": N_("Assign to a person"),
    "ask": N_("Ask the owner"),
    "observe": N_("Look at the files again"),
    "review": N_("Confirm: still right"),
    "close": N_("Mark as a closed series"),
    "archive": N_("Mark as not updatable"),
    "approve": N_("Approve the frequency"),
    "reject": N_("Reject the frequency"),
    "clear": N_("Restore: no personal data"),
    "allow": N_("Restore: the network may be shown"),
    "remove": N_("Remove the file"),
}
DONE: Mapping[str, str] = {
    "acknowledge": N_("Acknowledged."),
    "snooze": N_("Put off."),
    "reopen": N_("Back on the list."),
    "assign": N_("Assigned."),
    "ask": N_("The owner has been written to."),
    "observe": N_("The files will be looked at in a moment."),
    "review": N_("Confirmed and written down."),
    "close": N_("Marked as a closed series."),
    "archive": N_("Marked as not updatable."),
    "approve": N_("The frequency is approved and in force."),
    "reject": N_("The frequency is rejected; the one before stays in force."),
    "clear": N_("The file is public again."),
    "allow": N_("The file is public again."),
    "remove": N_("The file is removed."),
}
LISTS: Mapping[str, str] = {
    "tasks": N_("Today"),
    "changes": N_("What changed"),
    "due": N_("What will be due"),
    "fixes": N_("What gains most"),
    "alerts": N_("Personal data"),
    "frequencies": N_("Promises"),
    "twins": N_("Twins"),
    "sets": N_("All sets"),
    "closed": N_("Not updatable"),
    "units": N_("Units"),
    "log": N_("Log"),
}
#: Names of the files that lists are exported as.
FILES: Mapping[str, str] = {
    "tasks": "pulpit-dzis",
    "changes": "pulpit-zmiany",
    "due": "pulpit-terminy",
    "fixes": "pulpit-naprawy",
    "alerts": "pulpit-dane-osobowe",
    "frequencies": "pulpit-obietnice",
    "twins": "pulpit-blizniaki",
    "sets": "pulpit-zbiory",
    "closed": "pulpit-nieaktualizowane",
    "units": "pulpit-jednostki",
    "log": "pulpit-dziennik",
}
#: Heads of columns, as tables and CSV files show them.
HEADS: Mapping[str, str] = {
    "title": N_("Dataset"),
    "name": N_("Address"),
    "unit": N_("Who publishes"),
    "domain": N_("Domain"),
    "kind": N_("Kind"),
    "what": N_("What was seen"),
    "remedy": N_("What mends it"),
    "since": N_("Since"),
    "points": N_("Points to win"),
    "use": N_("Use"),
    "gain": N_("Points x use"),
    "state": N_("State"),
    "assigned": N_("Assigned to"),
    "asked": N_("Owner asked"),
    "status": N_("Freshness"),
    "grade": N_("Grade"),
    "index": N_("Score"),
    "last": N_("Last new content"),
    "next": N_("Expected"),
    "due": N_("Due"),
    "overdue": N_("Late from"),
    "frequency": N_("Declared"),
    "at": N_("When"),
    "who": N_("Who"),
    "act": N_("Act"),
    "note": N_("Reason or note"),
    "before": N_("In force"),
    "after": N_("Wanted"),
    "end": N_("Data end"),
    "sets": N_("Sets"),
    "graded": N_("Graded"),
    "late": N_("Late sets"),
    "days_late": N_("Median days late"),
    "trend_30": N_("Points a month, 30 days"),
    "trend_90": N_("Points a month, 90 days"),
    "withheld": N_("Withheld"),
    "closed": N_("Closed"),
    "other": N_("Other dataset"),
    "other_unit": N_("Who publishes the other"),
    "count": N_("Cells that differ"),
    "compared": N_("Cells compared"),
}
