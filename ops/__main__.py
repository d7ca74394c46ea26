"""``python3 -m ops COMMAND``: what the Makefile calls."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from ops import install
from ops.console import OperatorError
from ops.profile import ROOT, VENV, Profile

# Commands that need the installed packages run again inside .venv once it is there.
INSIDE = {"demo", "test", "up", "status", "lint", "lock", "wheel"}


def main(words: list[str]) -> int:
    """Run one command; 0 when it went well."""
    parser = argparse.ArgumentParser(
        prog="ops", description="Raise, watch and tear down the portal on this machine."
    )
    parser.add_argument("command", choices=sorted(INSIDE | {"down", "reset", "logs", "url", "token"}))
    parser.add_argument("--profile", default="demo", help="which portal on this machine (default: demo)")
    arguments, rest = parser.parse_known_args(words)
    profile = Profile(arguments.profile)
    command = arguments.command
    if command in INSIDE and os.path.realpath(sys.prefix) != os.path.realpath(VENV):
        install.everything(browser=command == "test")
        os.execv(VENV / "bin" / "python", [str(VENV / "bin" / "python"), "-m", "ops", *words])  # noqa: S606
    return COMMANDS[command](profile, rest)


def run_demo(profile: Profile, rest: list[str]) -> int:
    from ops import demo

    demo.demo(profile)
    return 0


def run_test(profile: Profile, rest: list[str]) -> int:
    from ops import suite

    return suite.run(rest)


def run_up(profile: Profile, rest: list[str]) -> int:
    from ops import demo

    demo.raise_services(profile)
    city = not os.environ.get("KIELCE_WITHOUT_CITY")
    if city:
        demo.build_city(profile)
    demo.start_filled(profile, city)
    print(f"\n  {profile.site_url}")
    return 0


def run_down(profile: Profile, rest: list[str]) -> int:
    from ops import services

    print("stopped" if services.stop(profile) else "nothing was running")
    return 0


def run_reset(profile: Profile, rest: list[str]) -> int:
    from ops import suite

    suite.wipe(profile)
    print(f"the {profile.name} portal's data is gone")
    return 0


def run_status(profile: Profile, rest: list[str]) -> int:
    from ops import demo

    text = demo.status(profile)
    print(text)
    return 1 if "DOWN" in text else 0


def run_logs(profile: Profile, rest: list[str]) -> int:
    logs = sorted((profile.folder / "log").glob("*.log"))
    if not logs:
        raise OperatorError(f"No logs yet in {profile.folder / 'log'}")
    try:
        return subprocess.run(["tail", "-n", "20", "-F", *map(str, logs)]).returncode
    except KeyboardInterrupt:
        return 0


def run_url(profile: Profile, rest: list[str]) -> int:
    from ops import services

    if services.supervisor_pid(profile) is None:
        raise OperatorError("The portal is not running. `make demo` raises it.")
    print(profile.site_url)
    return 0


def run_token(profile: Profile, rest: list[str]) -> int:
    if "token" not in profile.secrets:
        raise OperatorError("There is no token yet. `make demo` makes one.")
    print(profile.secrets["token"])
    return 0


def run_lint(profile: Profile, rest: list[str]) -> int:
    from ops import suite

    return int(suite.lint())


def run_lock(profile: Profile, rest: list[str]) -> int:
    install.renew_locks()
    return 0


def run_wheel(profile: Profile, rest: list[str]) -> int:
    from ops import suite

    for path in suite.wheel():
        print(path.relative_to(ROOT))
    return 0


COMMANDS = {
    "demo": run_demo,
    "test": run_test,
    "up": run_up,
    "down": run_down,
    "reset": run_reset,
    "status": run_status,
    "logs": run_logs,
    "url": run_url,
    "token": run_token,
    "lint": run_lint,
    "lock": run_lock,
    "wheel": run_wheel,
}


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except OperatorError as problem:
        print(f"\n{problem}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
