"""The CKAN side of a portal: settings file, databases, tables, people."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path
from string import Template

from ops import front
from ops.console import Note, OperatorError
from ops.profile import ROOT, VENV, Profile
from ops.services import SOLR_CORE, is_external

ENVIRONMENT = {
    "sqlalchemy_url": "CKAN_SQLALCHEMY_URL",
    "datastore_write_url": "CKAN_DATASTORE_WRITE_URL",
    "datastore_read_url": "CKAN_DATASTORE_READ_URL",
    "solr_url": "CKAN_SOLR_URL",
    "redis_url": "CKAN_REDIS_URL",
}

# The main database and the DataStore's, of a portal and of the CKAN tests beside it.
DATABASES = {"ckan": ("ckan", "datastore"), "unit": ("ckan_unit", "datastore_unit")}
REDIS_NUMBERS = {"ckan": 0, "unit": 1}


def addresses(profile: Profile, which: str = "ckan") -> dict[str, str]:
    """Addresses of the services, by their name in ``config/ckan.ini``; the environment's come first."""
    ports, secret = profile.ports, profile.secrets
    main, datastore = DATABASES[which]
    host = f"127.0.0.1:{ports['postgres']}"
    own = {
        "sqlalchemy_url": f"postgresql://ckan:{secret['ckan']}@{host}/{main}",
        "datastore_write_url": f"postgresql://ckan:{secret['ckan']}@{host}/{datastore}",
        "datastore_read_url": f"postgresql://datastore_ro:{secret['datastore_ro']}@{host}/{datastore}",
        "solr_url": f"http://127.0.0.1:{ports['solr']}/solr/{SOLR_CORE if which == 'ckan' else which}",
        "redis_url": f"redis://:{secret['session']}@127.0.0.1:{ports['redis']}/{REDIS_NUMBERS[which]}",
    }
    if which != "ckan":
        return own
    return {name: os.environ.get(variable) or own[name] for name, variable in ENVIRONMENT.items()}


def city_hosts(profile: Profile) -> str:
    """host:port of the stand-in city's servers and of the portal itself (its indicator tables are resources)."""
    return " ".join(f"127.0.0.1:{profile.ports[name]}" for name in ("files", "mapserver", "pycsw", "web"))


def write_ini(profile: Profile, which: str = "ckan") -> Path:
    """Render ``config/ckan.ini``; readable by its owner only, for it holds passwords."""
    text = Template((ROOT / "config" / "ckan.ini").read_text()).substitute(
        addresses(profile, which),
        profile=profile.name,
        folder=str(profile.folder if which == "ckan" else profile.folder / which),
        session=profile.secrets["session"],
        site_url=profile.site_url,
        allow_hosts=city_hosts(profile),
        purge_urls=front.purge_urls(profile) if which == "ckan" else "",
        cache_log=front.use_log(profile) if which == "ckan" else "",
    )
    path = profile.ini
    if which != "ckan":
        path = profile.folder / f"{which}.ini"
        text = text.replace("[app:main]\n", "[app:main]\ntesting = true\nWTF_CSRF_ENABLED = false\n", 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    return path


def make_databases(profile: Profile, which: Iterable[str] = ("ckan",)) -> None:
    """Roles and databases in our own cluster; what exists is left alone."""
    if is_external("postgres"):
        return
    import psycopg2

    secret = profile.secrets
    connection = psycopg2.connect(
        host="127.0.0.1",
        port=profile.ports["postgres"],
        user="postgres",
        password=secret["postgres"],
        dbname="postgres",
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        for role in ("ckan", "datastore_ro"):
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            cursor.execute(f"{verb} ROLE {role} LOGIN PASSWORD %s", (secret[role],))
        for name in (database for one in which for database in DATABASES[one]):
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if not cursor.fetchone():
                cursor.execute(f"CREATE DATABASE {name} OWNER ckan")
    connection.close()


def ckan(profile: Profile, *words: str, ini: Path | None = None, stdin: str | None = None) -> str:
    """Run ``ckan …`` against the portal and return what it printed.

    Raises OperatorError with the end of its output when it fails.
    """
    command = [str(VENV / "bin" / "ckan"), "-c", str(ini or profile.ini), *words]
    done = subprocess.run(command, capture_output=True, text=True, input=stdin, cwd=ROOT)
    if done.returncode:
        raise OperatorError(f"`ckan {' '.join(words)}` failed:\n{explain(done.stderr + done.stdout)}")
    return done.stdout


def follow(profile: Profile, note: Note, *words: str) -> None:
    """Run ``ckan …`` and hand each line of its progress to ``note``.

    Raises OperatorError with the end of its output when it fails.
    """
    command = [str(VENV / "bin" / "ckan"), "-c", str(profile.ini), *words]
    told: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT
    ) as process:
        for line in process.stdout or ():
            told.append(line.rstrip())
            note(told[-1])
    if process.returncode:
        raise OperatorError(f"`ckan {' '.join(words)}` failed:\n{explain(chr(10).join(told))}")


# What CKAN says when a service's address is wrong, and what it means for the person who wrote the address.
CAUSES = (
    (
        "psycopg2.OperationalError",
        "PostgreSQL can't be reached: check sqlalchemy.url and the ckan.datastore.*_url options",
    ),
    ("Could not connect to Redis", "Redis can't be reached: check ckan.redis.url"),
    ("redis.exceptions", "Redis can't be reached: check ckan.redis.url"),
    ("SearchIndexError", "Solr can't be reached or has another schema: check solr_url"),
    ("solr", "Solr can't be reached or has another schema: check solr_url"),
)


def explain(output: str) -> str:
    """What went wrong: the likely cause with the error's own words, or the last lines of the output."""
    lines = output.strip().splitlines()
    for sign, cause in CAUSES:
        told = [line.strip() for line in lines if sign in line and not line.startswith((" ", "\t"))]
        if told:
            return f"{cause}\n{told[-1]}"
    return "\n".join(lines[-12:])


def migrations_digest() -> str:
    """One hash over every migration of ours and the installed packages' versions."""
    whole = hashlib.sha256((ROOT / "requirements-dev.lock").read_bytes())
    for path in sorted((ROOT / "ckanext-kielce/ckanext/kielce/migration").rglob("versions/*.py")):
        whole.update(path.read_bytes())
    return whole.hexdigest()


def make_tables(profile: Profile, which: str = "ckan") -> None:
    """CKAN's tables, every plugin's, and the DataStore's permissions; skipped while nothing has changed."""
    stamp = profile.folder / f"migrated-{which}"
    wanted = migrations_digest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    ini = profile.ini if which == "ckan" else profile.folder / f"{which}.ini"
    ckan(profile, "db", "upgrade", ini=ini)
    permissions = ckan(profile, "datastore", "set-permissions", ini=ini)
    if not is_external("postgres"):
        sql_as_superuser(profile, permissions)
    stamp.write_text(wanted)


def sql_as_superuser(profile: Profile, script: str) -> None:
    """Run psql input (it may hold ``\\connect``) as the cluster's superuser."""
    from ops.services import postgres_bin

    done = subprocess.run(
        [str(postgres_bin() / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(profile.ports["postgres"]),
         "-U", "postgres", "-d", "postgres"],
        input=script, capture_output=True, text=True, env={**os.environ, "PGPASSWORD": profile.secrets["postgres"]},
    )  # fmt: skip
    if done.returncode:
        raise OperatorError(f"The DataStore's permissions were not set: {done.stderr.strip()}")


PEOPLE = (
    # secret, user name, full name, sysadmin, role in every unit or in the named one, role at the desk
    ("admin", "admin", "Administrator", True, None, None, None),
    ("coordinator", "koordynator", "Koordynator danych", False, "admin", "*", "coordinator"),
    ("owner", "mpec", "Opiekun danych MPEC", False, "editor", "mpec", None),
)


def make_people(profile: Profile) -> None:
    """Users of the portal with this installation's own passwords, and an API token for scripts."""
    script = ROOT / "ops" / "people.py"
    wanted = [
        {
            "name": name,
            "fullname": full,
            "sysadmin": sysadmin,
            "password": profile.secrets[secret],
            "role": role,
            "unit": unit,
            "desk": desk,
        }
        for secret, name, full, sysadmin, role, unit, desk in PEOPLE
    ]
    import json

    done = subprocess.run(
        [str(VENV / "bin" / "python"), str(script), str(profile.ini)],
        input=json.dumps({"people": wanted, "token": "token" not in profile.secrets}),
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        raise OperatorError(f"Users were not made:\n{explain(done.stderr)}")
    answer = json.loads(done.stdout.splitlines()[-1])
    if answer.get("token"):
        profile.write_secrets({**profile.secrets, "token": answer["token"]})
