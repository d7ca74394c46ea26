"""``python -m benchmarks search``: how well and how fast questions are answered, beside stock CKAN on the same datasets.

Stock is CKAN without a plugin, with its own Solr schema and query, in a core of its own in the same Solr, over the same
database; its index is written by its own ``rebuild``. Both sides run as processes of their own and are asked in turn, each
question to one and to the other, so that whatever else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks import relevance, report
from ops.console import OperatorError, step, table
from ops.portal import addresses
from ops.profile import ROOT, Profile

CORE = "stock"
#: Harvest sources are packages too; no side is to find them.
DATASETS = "-dataset_type:harvest"
OUR_FACETS = (
    "groups organization vocab_format quality_status quality_grade vocab_year vocab_place vocab_frequency"
    " dataset_type license_id"
)
STOCK_FACETS = "organization groups tags res_format license_id"


class Side:
    """A portal in a process of its own."""

    def __init__(self, ini: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.search_side", str(ini)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
        )

    def ask(self, **task: Any) -> dict[str, Any]:
        """Give a task, wait for the answer."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        while line := self.process.stdout.readline():
            if line.startswith("{"):
                return dict(json.loads(line))
        raise OperatorError(
            "one side of the comparison has died; run `python -m benchmarks.search_side INI` to see why"
        )

    def close(self) -> None:
        """End the process."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(timeout=60)


@contextmanager
def stock(profile: Profile) -> Iterator[Path]:
    """A core with CKAN's own schema in the portal's Solr, and settings of a CKAN without plugins; both gone afterwards."""
    import ckan

    solr = addresses(profile)["solr_url"].rsplit("/", 1)[0]
    folder = profile.folder / "solr" / CORE
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "conf").mkdir(parents=True)
    source = Path(ckan.__file__).parent / "config" / "solr" / "schema.xml"
    shutil.copy(source, folder / "conf" / "schema.xml")
    shutil.copy(ROOT / "config" / "solr" / "conf" / "solrconfig.xml", folder / "conf" / "solrconfig.xml")
    for name in ("protwords.txt", "synonyms.txt"):
        (folder / "conf" / name).touch()
    core_admin(solr, action="CREATE", name=CORE, instanceDir=CORE)
    text = profile.ini.read_text()
    plugins = re.search(r"^ckan\.plugins =((?:\s*\n?[ ]+\S.*)+)", text, re.MULTILINE)
    if plugins is None:
        raise OperatorError(f"{profile.ini} has no list of plugins")
    text = text.replace(plugins[0], "ckan.plugins =")
    text = re.sub(r"^solr_url = .*$", f"solr_url = {solr}/{CORE}", text, flags=re.MULTILINE)
    ini = profile.folder / "stock.ini"
    ini.touch(0o600)
    ini.write_text(text)
    try:
        yield ini
    finally:
        core_admin(solr, action="UNLOAD", core=CORE, deleteInstanceDir="true")
        ini.unlink()


def core_admin(solr: str, **query: str) -> None:
    """Ask Solr to make or drop a core."""
    urllib.request.urlopen(f"{solr}/admin/cores?{urllib.parse.urlencode(query)}", timeout=60).read()


def judge(sides: dict[str, Side], name: str, titles: list[str]) -> list[dict[str, Any]]:
    """Each question of a set with the nDCG@10 of each side."""
    rows = []
    for judged in relevance.read(name):
        wanted = relevance.grades(judged, titles)
        if not wanted:
            print(f"  ! {judged.q!r}: the portal holds nothing that was judged; left out")
            continue
        row: dict[str, Any] = {"q": judged.q, "theme": judged.theme, "wanted": wanted}
        for side, process in sides.items():
            found = process.ask(params={"q": judged.q, "rows": relevance.DEPTH, "fq": DATASETS})
            row[side] = relevance.ndcg(found["titles"], wanted)
            row[f"{side} titles"] = found["titles"]
        rows.append(row)
    return rows


def time_it(sides: dict[str, Side], questions: list[str], passes: int) -> dict[str, dict[str, list[float]]]:
    """Milliseconds of every answer, by way of asking and side; the sides take turns at being asked first."""
    ways: dict[str, dict[str, dict[str, Any]]] = {
        "ten results": {side: {"rows": 10} for side in sides},
        "page of twenty with its filters": {
            "ours": {"rows": 20, "facet.field": OUR_FACETS.split()},
            "stock": {"rows": 20, "facet.field": STOCK_FACETS.split()},
        },
    }
    took: dict[str, dict[str, list[float]]] = {way: {side: [] for side in sides} for way in ways}
    for turn in range(passes + 1):
        for number, q in enumerate(questions):
            for way, params in ways.items():
                order = sorted(sides, reverse=bool((turn + number) % 2))
                for side in order:
                    found = sides[side].ask(params={"q": q, "fq": DATASETS, **params[side]})
                    if turn:  # the first pass only warms up
                        took[way][side].append(found["ms"])
    return took


def quality_table(rows: list[dict[str, Any]]) -> str:
    """nDCG@10 by theme."""
    by_theme: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_theme[row["theme"]].append(row)
    lines: list[tuple[str, ...]] = [("theme", "questions", "ours", "stock CKAN")]
    for theme, found in [*by_theme.items(), ("all", rows)]:
        scores = (f"{mean(row[side] for row in found):.3f}" for side in ("ours", "stock"))
        lines.append((theme, str(len(found)), *scores))
    return table(lines)


def speed_table(took: dict[str, dict[str, list[float]]]) -> str:
    """p50 and p95 of both sides."""
    lines: list[tuple[str, ...]] = [("asked for", "side", "answers", "p50 ms", "p95 ms")]
    for way, sides in took.items():
        for side, values in sides.items():
            percentiles = (f"{relevance.percentile(values, share):.1f}" for share in (0.5, 0.95))
            lines.append((way, side, str(len(values)), *percentiles))
    return table(lines)


def main(words: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks search", description=__doc__)
    parser.add_argument("--profile", default="demo", help="portal that is running and filled (default: demo)")
    parser.add_argument(
        "--set", choices=relevance.SETS, action="append", help="set of questions (default: both)"
    )
    parser.add_argument(
        "--passes", type=int, default=5, help="times every question is timed; 0: no timing (default: 5)"
    )
    parser.add_argument("--detail", action="store_true", help="show what was found for each question")
    options = parser.parse_args(words)
    profile = Profile(options.profile)
    names = options.set or list(relevance.SETS)
    with ExitStack() as opened:
        stock_ini = opened.enter_context(stock(profile))
        sides = {"ours": Side(profile.ini), "stock": Side(stock_ini)}
        for side in sides.values():
            opened.callback(side.close)
        with step("Stock CKAN's index"):
            sides["stock"].ask(rebuild=True)
        every = {
            side: process.ask(params={"q": "*:*", "rows": 1000, "fq": DATASETS})
            for side, process in sides.items()
        }
        counts = {side: found["count"] for side, found in every.items()}
        print(f"datasets: {counts}")
        judged = {name: judge(sides, name, every["ours"]["titles"]) for name in names}
        for name, rows in judged.items():
            print(f"\nnDCG@10, set “{name}”\n{quality_table(rows)}")
            if options.detail:
                show(rows)
        took = {}
        if options.passes:
            questions = [row["q"] for rows in judged.values() for row in rows]
            took = time_it(sides, questions, options.passes)
            print(f"\ntime of package_search, asked in turn\n{speed_table(took)}")
    facts = report.machine()
    print("\n" + ", ".join(f"{name} {value}" for name, value in facts.items()))
    result = {"datasets": counts, "judged": judged, "milliseconds": took, "machine": facts}
    (profile.folder / "search.json").write_text(json.dumps(result, ensure_ascii=False, indent=1))


def show(rows: list[dict[str, Any]]) -> None:
    """Each question with what was found and what was missed, the worst first."""
    for row in sorted(rows, key=lambda row: row["ours"]):
        print(f"\n{row['ours']:.2f} ({row['stock']:.2f})  {row['q']}")
        for title in row["ours titles"]:
            print(f"     {row['wanted'].get(title, '·')}  {title[:100]}")
        for title, grade in sorted(row["wanted"].items(), key=lambda item: -item[1]):
            if title not in row["ours titles"]:
                print(f"   – {grade}  {title[:100]}")
