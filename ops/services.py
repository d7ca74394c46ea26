"""The portal's own PostgreSQL, Redis and Solr: made, started, asked how they are, and stopped."""

from __future__ import annotations

import configparser
import contextlib
import hashlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from string import Template
from typing import Any

from ops import front
from ops.console import OperatorError
from ops.profile import CACHE, ROOT, VENV, Profile

SOLR_LIB = CACHE / "solr" / "lib"
DICTIONARY = CACHE / "solr" / "pl_folded.dict"
PYCSW_PYTHON = CACHE / "pycsw-venv" / "bin" / "python"

# Set, these name services of a data centre: they are used and ours are not started.
EXTERNAL = {"postgres": "CKAN_SQLALCHEMY_URL", "redis": "CKAN_REDIS_URL", "solr": "CKAN_SOLR_URL"}

SOLR_CORE = "ckan"


def is_external(service: str) -> bool:
    """Whether the operator gave an address of his own for the service."""
    return bool(os.environ.get(EXTERNAL[service]))


def postgres_bin() -> Path:
    """Folder of the newest PostgreSQL server's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent
    raise OperatorError("No PostgreSQL server found. Debian: apt-get install postgresql")


def server_user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as the package's own user."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam("postgres")
    except KeyError as error:
        raise OperatorError(
            "Run as an ordinary user, or install PostgreSQL's own user: apt-get install postgresql"
        ) from error
    return "postgres"


def reachable_by(user: str, folder: Path) -> bool:
    """Whether ``user`` may walk down to ``folder``."""
    done = subprocess.run(
        ["test", "-x", str(folder)], user=user, group=pwd.getpwnam(user).pw_gid, extra_groups=[]
    )
    return done.returncode == 0


def pgdata(profile: Profile) -> Path:
    """The cluster's folder: under ``var/``, unless root's checkout lies where PostgreSQL's user may not go."""
    folder = profile.folder / "pg"
    user = server_user()
    profile.folder.mkdir(parents=True, exist_ok=True)
    if user and not folder.exists() and not reachable_by(user, profile.folder):
        mark = hashlib.sha256(str(profile.folder).encode()).hexdigest()[:12]
        outside = Path("/var/lib/postgresql") / f"kielce-{mark}"
        outside.mkdir(parents=True, exist_ok=True)
        shutil.chown(outside, user, user)
        folder.symlink_to(outside)
    return folder.resolve()


def make_cluster(profile: Profile) -> None:
    """``initdb`` once, with passwords only (no trust on sockets)."""
    data = pgdata(profile)
    if (data / "PG_VERSION").exists():
        return
    user = server_user()
    data.mkdir(parents=True, exist_ok=True)
    as_user: dict[str, Any] = {}
    with tempfile.NamedTemporaryFile("w") as password_file:
        password_file.write(profile.secrets["postgres"])
        password_file.flush()
        if user:
            shutil.chown(data, user, user)
            shutil.chown(password_file.name, user)
            as_user = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        data.chmod(0o700)
        command = [
            str(postgres_bin() / "initdb"), "-D", str(data), "-U", "postgres", "--auth=scram-sha-256",
            f"--pwfile={password_file.name}", "--encoding=UTF8", "--locale=C.UTF-8", "--text-search-config=simple", "--no-sync",
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, cwd="/", **as_user)
    if done.returncode:
        raise OperatorError(f"initdb failed in {data}:\n{done.stderr.strip()}")


def make_solr_cores(profile: Profile) -> None:
    """Lay out Solr's home; the cores' settings are copied anew, so that a change in ``config/solr`` takes effect."""
    home = profile.folder / "solr"
    source = ROOT / "config" / "solr"
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "solr.xml", home / "solr.xml")
    # The tests that wipe their index have a core beside the portal's.
    for name in (SOLR_CORE, "unit") if profile.name == "test" else (SOLR_CORE,):
        settings = home / name / "conf"
        settings.mkdir(parents=True, exist_ok=True)
        (home / name / "core.properties").write_text(f"name={name}\n")
        for path in (*(source / "conf").iterdir(), DICTIONARY, DICTIONARY.with_suffix(".info")):
            shutil.copy(path, settings / path.name)


def process_variables(profile: Profile) -> dict[str, str]:
    """What the command lines of ``config/processes.ini`` may name."""
    variables = {
        "profile": profile.name,
        "root": str(ROOT),
        "folder": str(profile.folder),
        "ini": str(profile.ini),
        "python": str(VENV / "bin" / "python"),
        "venv_bin": str(VENV / "bin"),
        "pycsw_python": str(PYCSW_PYTHON),
        "java": shutil.which("java") or "java",
        "redis_server": shutil.which("redis-server") or "redis-server",
        "solr_lib": str(SOLR_LIB),
        "redis_password": profile.secrets["session"],
        # Tests throw their databases away; nothing is gained by waiting for the disk.
        "fsync": "off" if profile.name == "test" else "on",
    }
    if not is_external("postgres"):
        variables |= {"pg_bin": str(postgres_bin()), "pgdata": str(pgdata(profile))}
    variables |= front.variables(profile)
    return variables | {f"port_{name}": str(port) for name, port in profile.ports.items()}


def socket_path(profile: Profile) -> Path:
    """The supervisor's socket: a Unix socket's name may have 107 bytes, and a checkout's path can be longer."""
    path = profile.folder / "supervisor.sock"
    if len(os.fsencode(path)) > 100:
        mark = hashlib.sha256(str(profile.folder).encode()).hexdigest()[:12]
        return Path("/tmp") / f"kielce-{mark}.sock"  # noqa: S108 - the name is private and the socket has mode 0700
    return path


def write_supervisor_config(profile: Profile) -> Path:
    """Render ``config/supervisord.conf`` and the process table into the profile's folder."""
    variables = process_variables(profile) | {"socket": str(socket_path(profile))}
    table = configparser.ConfigParser(interpolation=None)
    table.read(ROOT / "config" / "processes.ini", encoding="utf-8")
    parts = [Template((ROOT / "config" / "supervisord.conf").read_text()).substitute(variables)]
    groups: dict[str, list[str]] = {}
    for priority, section in enumerate(table.sections()):
        group, name = section.split(":")
        if (group == "services" and is_external(name)) or (name in front.PROCESSES and not front.available()):
            continue
        groups.setdefault(group, []).append(name)
        command = Template(table[section]["command"]).substitute(variables).replace("%", "%%")
        user = f"user={server_user()}\n" if table[section].get("user") and server_user() else ""
        # glibc keeps a heap for each thread otherwise, and gives little of them back.
        environment = (
            f'CKAN_INI="{profile.ini}",HOME="{profile.folder}",LC_ALL="C.UTF-8",MALLOC_ARENA_MAX="2"'
        )
        parts.append(
            f"[program:{name}]\ncommand={command}\ndirectory={ROOT if not user else '/'}\n{user}autostart=false\n"
            f"autorestart=true\nstartsecs=1\nstartretries=5\nstopwaitsecs=20\nstopasgroup=false\nkillasgroup=true\n"
            f"stopsignal={table[section].get('stopsignal', 'TERM')}\npriority={priority}\nredirect_stderr=true\n"
            f"stdout_logfile={profile.folder}/log/{name}.log\nstdout_logfile_maxbytes=5MB\nstdout_logfile_backups=1\n"
            f"environment={environment.replace('%', '%%')}\n"
        )
    parts += [f"[group:{group}]\nprograms={','.join(names)}\n" for group, names in groups.items()]
    path = profile.folder / "supervisord.conf"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write("\n".join(parts))
    return path


def supervisor_pid(profile: Profile) -> int | None:
    """Process id of the running supervisor, or None."""
    try:
        pid = int((profile.folder / "supervisord.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (OSError, ValueError):
        return None
    # After a crash the number may belong to somebody else by now.
    return pid if "supervisord" in command and str(profile.folder) in command else None


def control(profile: Profile, *words: str) -> subprocess.CompletedProcess[str]:
    """Say something to the supervisor (``supervisorctl``)."""
    return subprocess.run(
        [str(VENV / "bin" / "supervisorctl"), "-c", str(profile.folder / "supervisord.conf"), *words],
        capture_output=True, text=True,
    )  # fmt: skip


def start_supervisor(profile: Profile) -> None:
    """Start the supervisor on free ports; leftovers of a killed run go first."""
    (profile.folder / "log").mkdir(parents=True, exist_ok=True)
    (profile.folder / "redis").mkdir(exist_ok=True)
    if front.available():
        front.write_vcl(profile)
    if supervisor_pid(profile):
        write_supervisor_config(profile)
        control(profile, "update")
        return
    stop_leftovers(profile)
    wanted = profile.ports
    busy = [name for name, port in wanted.items() if not port_is_free_soon(port)]
    if busy:
        before = {name: wanted[name] for name in busy}
        profile.choose_ports()
        moved = ", ".join(f"{name} {port}" for name, port in before.items())
        print(f"  ! ports in use by other programs ({moved}): new ports were chosen")
    if not is_external("postgres"):
        make_cluster(profile)
    if not is_external("solr"):
        make_solr_cores(profile)
    path = write_supervisor_config(profile)
    with contextlib.suppress(OSError):
        socket_path(profile).unlink()
    done = subprocess.run(
        [str(VENV / "bin" / "supervisord"), "-c", str(path)], capture_output=True, text=True
    )
    if done.returncode:
        raise OperatorError(f"The supervisor did not start: {(done.stdout + done.stderr).strip()}")


def port_is_free_soon(port: int, seconds: float = 3) -> bool:
    """True when the port is free, or becomes so while a stopped process lets go of it."""
    from ops.profile import port_is_free

    end = time.monotonic() + seconds
    while not port_is_free(port):
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True


def stop_leftovers(profile: Profile) -> None:
    """End what a killed run of this very profile left behind: processes whose command names its folder."""
    mine = {os.getpid(), os.getppid()}
    marks = (f"{profile.folder}/", str(pgdata(profile)) if (profile.folder / "pg").exists() else "\0")
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        left = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) in mine:
                continue
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
                environment = (entry / "environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            ours = any(mark in command for mark in marks) or f"CKAN_INI={profile.ini}\0" in environment
            if ours and "ops" not in command.split()[:4]:
                left.append(int(entry.name))
        if not left:
            break
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal_number)
        end = time.monotonic() + 5
        while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in left):
            time.sleep(0.1)
    with contextlib.suppress(OSError):
        (pgdata(profile) / "postmaster.pid").unlink()


def start(profile: Profile, *groups: str) -> None:
    """Start every process of the groups that is not running yet."""
    for group in groups:
        done = control(profile, "start", f"{group}:*")
        failed = [
            line for line in done.stdout.splitlines() if "ERROR" in line and "already started" not in line
        ]
        if failed:
            name = failed[0].split(":")[1].split(" ")[0] if ":" in failed[0] else group
            raise OperatorError("\n".join(failed) + f"\n{tail(profile, name)}")


def tail(profile: Profile, process: str, lines: int = 15) -> str:
    """The end of a process's log."""
    path = profile.folder / "log" / f"{process}.log"
    if not path.exists():
        return f"(no log {path})"
    return f"The end of {path}:\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def stop(profile: Profile) -> bool:
    """Stop the supervisor and all under it; True when something was running."""
    pid = supervisor_pid(profile)
    if pid:
        control(profile, "shutdown")
        end = time.monotonic() + 40
        while supervisor_pid(profile) and time.monotonic() < end:
            time.sleep(0.2)
    stop_leftovers(profile)
    return pid is not None


def answers(url: str, timeout: float = 5) -> bool:
    """Whether an HTTP GET of the address gets an answer below 500."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:  # noqa: S310 - our own loopback addresses
            return bool(response.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def listens(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def healthy(profile: Profile, server: str) -> bool:
    """Whether one server answers as it should."""
    ports = profile.ports
    if server == "postgres":
        return subprocess.run(
            [str(postgres_bin() / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(ports["postgres"])]
        ).returncode == 0  # fmt: skip
    urls = {
        "solr": f"http://127.0.0.1:{ports['solr']}/solr/{SOLR_CORE}/admin/ping?wt=json",
        "web": f"http://127.0.0.1:{ports['web']}/api/3/action/status_show",
        "files": f"http://127.0.0.1:{ports['files']}/",
        "mapserver": f"http://127.0.0.1:{ports['mapserver']}/?SERVICE=WFS&REQUEST=GetCapabilities",
        "pycsw": f"http://127.0.0.1:{ports['pycsw']}/csw?service=CSW&version=2.0.2&request=GetCapabilities",
    }
    return answers(urls[server]) if server in urls else listens(ports[server])


def check_external() -> None:
    """Ask the operator's own Solr and Redis whether they are there; PostgreSQL is asked by the migrations.

    Raises OperatorError that names the variable.
    """
    solr = os.environ.get(EXTERNAL["solr"])
    if solr:
        try:
            with urllib.request.urlopen(f"{solr.rstrip('/')}/schema/name?wt=json", timeout=10) as response:  # noqa: S310
                name = json.load(response).get("name", "")
        except (OSError, ValueError) as error:
            raise OperatorError(
                f"No Solr core answers at {solr} ({error}): check {EXTERNAL['solr']}"
            ) from error
        if not name.startswith("ckan-"):
            raise OperatorError(f"The Solr core at {solr} has the schema “{name}”: give it config/solr/conf")
    redis = os.environ.get(EXTERNAL["redis"])
    if redis:
        address = urllib.parse.urlsplit(redis)
        try:
            socket.create_connection(
                (address.hostname or "localhost", address.port or 6379), timeout=10
            ).close()
        except OSError as error:
            place = f"{address.hostname}:{address.port or 6379}"
            raise OperatorError(
                f"No Redis answers at {place} ({error}): check {EXTERNAL['redis']}"
            ) from error


def wait_healthy(profile: Profile, *servers: str, seconds: float = 90) -> None:
    """Wait until all the servers answer; the first that does not is named with the end of its log."""
    end = time.monotonic() + seconds
    for server in servers:
        if server in EXTERNAL and is_external(server):
            continue
        while not healthy(profile, server):
            if time.monotonic() > end:
                raise OperatorError(
                    f"{server} did not answer within {seconds:.0f} s.\n{tail(profile, server)}"
                )
            time.sleep(0.2)
