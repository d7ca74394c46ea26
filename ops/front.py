"""The cache in front of the web server: Varnish, where it is installed. Without it the portal runs as well, only slower."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from string import Template

from ops.profile import ROOT, Profile

TEMPLATE = ROOT / "config" / "cache.vcl"
#: Set, it keeps Varnish out although it is installed.
WITHOUT = "KIELCE_WITHOUT_CACHE"
VMODS = ("xkey", "vsthrottle")
#: Processes of ``config/processes.ini`` that there are only with it.
PROCESSES = ("cache", "cachelog")


def available() -> bool:
    """Whether Varnish and the two modules of Debian's varnish-modules are there and wanted."""
    if os.environ.get(WITHOUT):
        return False
    return bool(shutil.which("varnishd")) and all(module_file(name) for name in VMODS)


def module_file(name: str) -> Path | None:
    """Where a module of Varnish lies, or None."""
    return next(Path("/usr/lib").glob(f"*/varnish/vmods/libvmod_{name}.so"), None)


def web_port(profile: Profile) -> int:
    """Port of the web server itself: the public one, unless the cache has that."""
    return profile.ports["app" if available() else "web"]


def purge_urls(profile: Profile) -> str:
    """Where the portal tells the cache of changes; empty without one."""
    return f"http://127.0.0.1:{profile.ports['purge']}/" if available() else ""


def use_log(profile: Profile) -> str:
    """Where the cache's log of what it answered lies; empty without one."""
    return variables(profile)["cache_log"] if available() else ""


def home(profile: Profile) -> Path:
    """Varnish's folder; raised by root it works as a user of its own, who may not be able to go into the checkout."""
    if os.geteuid() != 0:
        return profile.folder / "varnish"
    mark = hashlib.sha256(str(profile.folder).encode()).hexdigest()[:12]
    return Path("/var/lib/varnish") / f"kielce-{mark}"


def variables(profile: Profile) -> dict[str, str]:
    """What ``config/cache.vcl`` and the cache's command line name."""
    return {
        "varnishd": shutil.which("varnishd") or "varnishd",
        "varnishncsa": shutil.which("varnishncsa") or "varnishncsa",
        "cache_log": str(profile.folder / "log" / "cache-use.json"),
        "varnish_folder": str(home(profile) / "work"),
        "vcl": str(home(profile) / "cache.vcl"),
        "port_web_server": str(web_port(profile)),
    }


def write_vcl(profile: Profile) -> Path:
    """Render ``config/cache.vcl`` into Varnish's folder."""
    home(profile).mkdir(parents=True, exist_ok=True)
    path = home(profile) / "cache.vcl"
    path.write_text(Template(TEMPLATE.read_text()).substitute(variables(profile)))
    return path
