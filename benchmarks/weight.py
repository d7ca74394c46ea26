"""What a page weighs and when its largest part stands, on a throttled phone: headless Chromium with an empty cache.

    python -m benchmarks weight [--url http://127.0.0.1:5000] [--runs 3]

The phone is Lighthouse's: 360 x 640, 1.6 Mbit/s down, 150 ms there and back, a processor four times slower. Answers come from the
portal as it stands, its cache included; each page is asked for once beforehand. Weight is what came over the wire; what maps
need (Leaflet, layers) is counted apart.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import urllib.request
from typing import Any

from ops.profile import Profile

CHROMIUM = os.environ.get("KIELCE_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-quic",
]  # fmt: skip
PHONE = {"width": 360, "height": 640}
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
MAP = re.compile(r"/leaflet|_map\.js|\.geojson|/layer/|/kielce/map/")
LCP = """() => new Promise(done => {
  let last = 0;
  new PerformanceObserver(list => { for (const e of list.getEntries()) last = e.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(last), 300);
})"""


def pages(url: str) -> dict[str, str]:
    """The pages of the issue, by name; what is in the portal decides which dataset, table, unit and domain."""

    def ask(action: str) -> Any:
        with urllib.request.urlopen(f"{url}/api/3/action/{action}", timeout=60) as answer:
            return json.load(answer)["result"]

    found = ask("package_search?fq=res_format:CSV&rows=50&sort=name+asc")["results"]
    package, resource = next(
        (each, part) for each in found for part in each["resources"] if part.get("datastore_active")
    )
    unit = max(ask("organization_list?all_fields=true"), key=lambda each: each["package_count"])
    domain = max(ask("group_list?all_fields=true"), key=lambda each: each["package_count"])
    layer = ask("package_search?fq=dataset_type:spatial_layer&rows=1")["results"]
    return {
        "home": "/",
        "search": "/dataset/?q=woda",
        "dataset": f"/dataset/{package['name']}",
        "table": f"/dataset/{package['name']}/resource/{resource['id']}",
        "unit": f"/organization/{unit['name']}",
        "domain": f"/group/{domain['name']}",
        "developers": "/developers",
        **({"layer (with a map)": f"/spatial_layer/{layer[0]['name']}"} if layer else {}),
    }


def look(browser: Any, address: str) -> dict[str, Any]:
    """One visit with an empty cache."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, is_mobile=True)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    for command, options in (
        ("Network.enable", {}), ("Network.setCacheDisabled", {"cacheDisabled": True}),
        ("Network.emulateNetworkConditions", NETWORK), ("Emulation.setCPUThrottlingRate", {"rate": SLOWER}),
    ):  # fmt: skip
        wire.send(command, options)
    names: dict[str, str] = {}
    bytes_of: dict[str, float] = {}
    wire.on(
        "Network.requestWillBeSent", lambda event: names.update({event["requestId"]: event["request"]["url"]})
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: bytes_of.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(address, wait_until="networkidle", timeout=60_000)
    lcp = page.evaluate(LCP)
    context.close()
    sizes = {names.get(key, key): size for key, size in bytes_of.items()}
    return {
        "lcp_ms": lcp,
        "bytes": sum(size for name, size in sizes.items() if not MAP.search(name)),
        "map_bytes": sum(size for name, size in sizes.items() if MAP.search(name)),
        "requests": len(sizes),
        "heaviest": sorted(((size, name) for name, size in sizes.items()), reverse=True)[:4],
    }


def main(words: list[str]) -> None:
    """Measure the pages and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks weight", description=__doc__.splitlines()[0])
    parser.add_argument("--url", default=Profile("demo").site_url)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args(words)
    from playwright.sync_api import sync_playwright

    url = wanted.url.rstrip("/")
    print(
        "| page | weight | with the map | requests | LCP, median (of each run) | heaviest |\n|---|---|---|---|---|---|"
    )
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, path in pages(url).items():
            urllib.request.urlopen(url + path, timeout=60).read()
            runs = [look(browser, url + path) for _ in range(wanted.runs)]
            last, times = runs[-1], [run["lcp_ms"] for run in runs]
            heavy = ", ".join(
                f"{part.rsplit('/', 1)[-1][:30] or path} {size / 1000:.0f}" for size, part in last["heaviest"]
            )
            print(
                f"| {name} | {last['bytes'] / 1000:.0f} kB | {(last['bytes'] + last['map_bytes']) / 1000:.0f} kB | "
                f"{last['requests']} | {statistics.median(times) / 1000:.2f} s "
                f"({', '.join(f'{time / 1000:.2f}' for time in times)}) | {heavy} |",
                flush=True,
            )
        browser.close()
    print(f"\nload average {os.getloadavg()[0]:.1f}")
