"""What is really there: read over connections that share nothing with the processes measured."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from benchmarks import portal

#: Datasets of the source measured: neither the sources themselves nor what warmed the consumers up.
DATASETS = "state = 'active' AND type <> 'harvest' AND id NOT IN (SELECT id FROM bench_warm)"


@dataclass(frozen=True)
class Mark:
    """A moment in the portal's life, to tell later what was written since."""

    transaction: int
    index_adds: int


class Witness:
    """Asks PostgreSQL and Solr."""

    def __init__(self) -> None:
        self.connection = portal.connect()
        self.solr = portal.solr_url()

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the first row."""
        with self.connection.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone()
        return row[0] if row else None

    def warmed_up(self) -> None:
        """What is there now does not count later."""
        with self.connection.cursor() as cursor:
            cursor.execute("CREATE TABLE IF NOT EXISTS bench_warm (id text PRIMARY KEY)")
            cursor.execute("TRUNCATE bench_warm")
            cursor.execute("INSERT INTO bench_warm SELECT id FROM package WHERE type <> 'harvest'")

    def mark(self) -> Mark:
        """Now."""
        return Mark(int(self.one("SELECT pg_current_xact_id()::text")), self.index_adds())

    def written(self, table: str, since: Mark) -> int:
        """Rows of a table that some transaction has inserted or changed since the mark (by the row's ``xmin``)."""
        return int(
            self.one(f"SELECT count(*) FROM {table} WHERE xmin::text::bigint >= %s", since.transaction)
        )

    def index_adds(self) -> int:
        """Documents that Solr has ever been given."""
        url = (
            self.solr.rpartition("/solr/")[0]
            + "/solr/admin/metrics?wt=json&group=core&prefix=UPDATE.updateHandler.cumulativeAdds"
        )
        with urllib.request.urlopen(url, timeout=30) as answer:
            metrics = json.load(answer)["metrics"]
        core = self.solr.rpartition("/")[2]
        return int(
            next(v for k, v in metrics.items() if k == f"solr.core.{core}")[
                "UPDATE.updateHandler.cumulativeAdds"
            ]["count"]
        )

    def search(self, query: str, rows: int = 0) -> tuple[int, list[dict[str, Any]]]:
        """(how many documents of datasets match, their ids and titles)."""
        asked = {"q": query, "fq": "-dataset_type:harvest", "fl": "id,title", "rows": rows, "wt": "json"}
        with urllib.request.urlopen(
            f"{self.solr}/select?{urllib.parse.urlencode(asked)}", timeout=60
        ) as answer:
            found = json.load(answer)["response"]
        return int(found["numFound"]), found["docs"]

    def proven(self, title_like: str = "%") -> int:
        """Datasets with such a title that are in PostgreSQL and, with the same title, in Solr."""
        with self.connection.cursor() as cursor:
            cursor.execute(f"SELECT id, title FROM package WHERE {DATASETS} AND title LIKE %s", (title_like,))
            stored = dict(cursor.fetchall())
        _, documents = self.search("*:*", rows=1_000_000)
        return sum(stored.get(document["id"]) == document["title"] for document in documents)

    def wait(self, expected: int, title_like: str, seconds: float = 20) -> int:
        """Wait until ``expected`` datasets are proven, or for ``seconds``; how many are."""
        end = time.monotonic() + seconds
        warm = int(self.one("SELECT count(*) FROM bench_warm"))
        # cheap first: the whole list is compared only when the number can be right
        while title_like == "%" and time.monotonic() < end and self.search("*:*")[0] < expected + warm:
            time.sleep(0.05)
        while (found := self.proven(title_like)) < expected and time.monotonic() < end:
            time.sleep(0.1)
        return found
