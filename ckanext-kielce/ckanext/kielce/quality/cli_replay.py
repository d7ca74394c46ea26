"""``ckan kielce quality replay``: the portal's own history under other thresholds."""

from __future__ import annotations

from typing import Any

import click

from .cli import _fail, _ids, _print_json, _progress, as_json, quality


@quality.command()
@click.argument("datasets", nargs=-1)
@click.option(
    "--rule",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value of a threshold; may be given more than once. Without it the rules as they are now.",
)
@click.option("--all", "everything", is_flag=True, help="List the sets that don't move, too.")
@as_json
def replay(datasets: tuple[str, ...], changes: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Judge the observed history of DATASETS (all when none is named) again, and show which grades would move.

    Nothing is written. Each set is judged as of its last score, so that differences come from the thresholds alone: from
    those changed in the code since, or from those given with --rule (names as in domain/rules.py and checks/rules.py).
    """
    from .rejudging import Moved, Rejudged, RuleError, rejudge, with_changes

    try:
        rules, check_rules = with_changes(changes)
    except RuleError as error:
        _fail(str(error))
    result = Rejudged()
    shown: list[Moved] = []
    for package_id in _progress(_ids(datasets), "Judging", as_json):
        for item in rejudge([package_id], rules, check_rules):
            result.judged += 1
            if item.any:
                result.moved.append(item)
            if item.any or everything:
                shown.append(item)
    if as_json:
        report: dict[str, Any] = {
            "judged": result.judged,
            "moved": len(result.moved),
            "regraded": len(result.regraded()),
            "datasets": [item.as_dict() for item in shown],
        }
        _print_json(report)
        return
    for item in shown:
        labels = [f"+{label}" for label in item.added] + [f"-{label}" for label in item.removed]
        before, after = (_told(grade, index) for grade, index in zip(item.grade, item.index, strict=True))
        click.echo(f"{before} -> {after}  {item.name}  {' '.join(labels)}".rstrip())
    click.echo(
        f"{result.judged} datasets judged: {len(result.moved)} would change, {len(result.regraded())} get another grade"
    )


def _told(grade: str | None, index: float | None) -> str:
    return f"{grade or '-'} {'    -' if index is None else f'{index:5.1f}'}"
