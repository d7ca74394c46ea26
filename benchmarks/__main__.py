"""``python -m benchmarks WHAT``: harvest, ceiling, memory, profile, tables, score, load, weight or search; ``stop`` ends it."""

from __future__ import annotations

import subprocess
import sys

from ops.profile import ROOT


def main(words: list[str]) -> None:
    """Hand on to the measurement."""
    from benchmarks import portal

    command, rest = (words[0] if words else "harvest"), words[1:]
    if command == "harvest":
        from benchmarks import harvest

        harvest.main(rest)
    elif command == "ceiling":
        from benchmarks import ceiling, report

        portal.raise_services()
        rows = ceiling.all_ways(int(rest[0]) if rest else 200)
        print(report.text({"sides": {}, "ceiling": rows, "machine": report.machine()}))
    elif command == "memory":
        from benchmarks import memory

        memory.main(rest)
    elif command == "tables":
        from benchmarks import load_table

        portal.raise_services()
        load_table.main([str(portal.ini("ours")), *rest])
    elif command == "score":
        portal.raise_services()
        script = ROOT / "benchmarks" / "score_many.py"
        subprocess.run([sys.executable, script, portal.ini("ours"), *rest], check=True, cwd=ROOT)
    elif command == "profile":
        from benchmarks import profile_table

        profile_table.main(rest)
    elif command == "search":
        from benchmarks import search

        search.main(rest)
    elif command == "load":
        from benchmarks import load

        load.main(rest)
    elif command == "weight":
        from benchmarks import weight

        weight.main(rest)
    elif command == "stop":
        portal.stop()
    else:
        raise SystemExit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
