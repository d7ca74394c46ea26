"""What the units' interfaces answer at a given moment: outages, rivers, weather, noise. Pure: the clock is an argument."""

from __future__ import annotations

import datetime as dt
import math
import uuid
import zlib
from typing import Any
from zoneinfo import ZoneInfo

from demo.city import SEED

WARSAW = ZoneInfo("Europe/Warsaw")
GAUGES = (
    ("Silnica", "ul. Zagnańska", 42, 140, 20.6290, 50.8940),
    ("Silnica", "ul. Sienkiewicza", 51, 150, 20.6240, 50.8710),
    ("Bobrza", "Białogon", 88, 230, 20.5450, 50.8430),
    ("Sufraganiec", "Niewachlów", 37, 120, 20.5600, 50.8780),
    ("Lubrzanka", "Cedzyna", 73, 210, 20.7040, 50.8530),
)
"""River, place, usual level in cm, alarm level in cm, lon, lat."""

WEATHER = (
    ("Rynek", 20.6300, 50.8720),
    ("Białogon", 20.5560, 50.8430),
    ("Na Stoku", 20.6600, 50.8960),
    ("Dyminy", 20.6340, 50.8220),
)
NOISE = (
    ("al. IX Wieków Kielc", 66, 20.6290, 50.8755),
    ("ul. Krakowska", 64, 20.5950, 50.8545),
    ("ul. Świętokrzyska", 65, 20.6600, 50.8890),
    ("Park Miejski", 52, 20.6235, 50.8690),
)
STREETS = (
    "Sienkiewicza",
    "Warszawska",
    "Krakowska",
    "Jagiellońska",
    "Chęcińska",
    "Klonowa",
    "Massalskiego",
    "Sikorskiego",
    "Wapiennikowa",
    "Kolberga",
)
DISTRICTS = (
    "Śródmieście",
    "Szydłówek",
    "Białogon",
    "Czarnów",
    "Pakosz",
    "Piaski",
    "Ślichowice",
    "Na Stoku",
    "Baranówek",
    "Białogon",
)


def noise(*parts: object) -> float:
    """A number in [-1, 1), the same for the same parts."""
    return zlib.crc32((f"{SEED}:" + ":".join(str(p) for p in parts)).encode()) / 2**31 - 1.0


def slot(now: dt.datetime, minutes: int) -> dt.datetime:
    """The last reading: ``now`` cut down to a multiple of ``minutes``."""
    return now.replace(minute=now.minute // minutes * minutes, second=0, microsecond=0)


def _season(now: dt.datetime) -> float:
    return math.cos(2 * math.pi * (now.timetuple().tm_yday - 15) / 365.25)


def rivers(now: dt.datetime) -> dict[str, Any]:
    """River levels at the last ten minutes."""
    at = slot(now, 10)
    rows = []
    for river, place, usual, alarm, lon, lat in GAUGES:
        swell = (
            1 + 0.15 * _season(at) + 0.10 * noise(river, place, at.date()) + 0.01 * noise(river, place, at)
        )
        level = round(usual * swell)
        rows.append(
            {
                "rzeka": river,
                "punkt": place,
                "czas": at.isoformat(),
                "stan_cm": level,
                "przeplyw_m3_s": round((level / 60) ** 1.7, 2),
                "alarm_cm": alarm,
                "lon": lon,
                "lat": lat,
            }
        )
    return {"jednostka": "Centrum Zarządzania Kryzysowego", "dane_przykladowe": True, "pomiary": rows}


def weather(now: dt.datetime) -> dict[str, Any]:
    """Readings of the weather stations at the last ten minutes."""
    at = slot(now, 10)
    rows = []
    for station, lon, lat in WEATHER:
        hour = math.cos(2 * math.pi * (at.hour + at.minute / 60 - 14.5) / 24)
        temperature = (
            8.5 - 11 * _season(at) + 4 * hour + 3.5 * noise("t", at.date()) + 0.5 * noise(station, at)
        )
        wet = noise("rain", at.date(), at.hour) > 0.55
        rows.append(
            {
                "stacja": station,
                "czas": at.isoformat(),
                "temperatura_c": round(temperature, 1),
                "wilgotnosc_proc": round(
                    min(100, 72 + 14 * noise("h", station, at.date(), at.hour) + 12 * wet)
                ),
                "opad_mm": round(0.8 * (1 + noise("mm", station, at)) * wet, 1),
                "wiatr_m_s": round(2.6 + 2 * noise("w", station, at.hour, at.date()), 1),
                "lon": lon,
                "lat": lat,
            }
        )
    return {"jednostka": "Centrum Zarządzania Kryzysowego", "dane_przykladowe": True, "pomiary": rows}


def noise_levels(now: dt.datetime) -> dict[str, Any]:
    """Noise stations at the last ten minutes."""
    at = slot(now, 10)
    day = 1.0 if 6 <= at.hour < 22 else 0.0
    rows = [
        {
            "stacja": s,
            "czas": at.isoformat(),
            "laeq_db": round(base - 9 * (1 - day) + 2.5 * noise(s, at), 1),
            "lon": lon,
            "lat": lat,
        }
        for s, base, lon, lat in NOISE
    ]
    return {"dane_przykladowe": True, "pomiary": rows}


def _plain(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def power_outages(
    now: dt.datetime, start_to: str | None = None, stop_from: str | None = None
) -> list[dict[str, Any]]:
    """Planned and unplanned outages in PGE's shape; times are local without a zone. The limits are local times as text."""
    first = now.date() - dt.timedelta(days=3)
    found = []
    for offset in range(24):
        day = first + dt.timedelta(days=offset)
        for number in range(1 + int(2 * (1 + noise("pge", day)))):
            index = int(500 * (1 + noise("street", day, number))) % len(STREETS)
            start = dt.datetime.combine(day, dt.time(7 + number % 6, 30), WARSAW)
            stop = start + dt.timedelta(hours=2 + number % 5)
            planned = noise("kind", day, number) < 0.6
            key = f"{day}:{number}"
            found.append(
                {
                    "id": int(f"{day:%y%m%d}{number}"),
                    "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://pge.example/{key}")),
                    "type": "PLANNED" if planned else "FAILURE",
                    "description": "Prace eksploatacyjne na sieci (dane przykładowe)"
                    if planned
                    else "Awaria sieci (dane przykładowe)",
                    "startAt": _plain(start),
                    "stopAt": _plain(stop),
                    "revoked": noise("revoked", key) > 0.9,
                    "addresses": [
                        {
                            "teryt": {
                                "voivodeshipName": "ŚWIĘTOKRZYSKIE",
                                "countyName": "Kielce",
                                "communeName": "Kielce",
                                "cityName": "Kielce",
                                "streetName": f"ul. {STREETS[index]}",
                                "terc": "2661011",
                            },
                            "numbers": f"{1 + number}-{19 + 2 * number}",
                        }
                    ],
                }
            )
    return [
        r
        for r in found
        if (not start_to or str(r["startAt"]) <= start_to)
        and (not stop_from or str(r["stopAt"]) >= stop_from)
    ]


def water_outages(now: dt.datetime) -> dict[str, Any]:
    """Current and planned water outages."""
    rows = []
    for offset in range(-1, 8):
        day = now.date() + dt.timedelta(days=offset)
        if noise("water", day) < -0.2:
            continue
        index = int(500 * (1 + noise("water-street", day))) % len(STREETS)
        start = dt.datetime.combine(day, dt.time(8, 0), WARSAW)
        why = "awaria" if noise("water-kind", day) > 0.5 else "prace planowe"
        rows.append(
            {
                "id": int(f"{day:%Y%m%d}"),
                "ulica": f"ul. {STREETS[index]}",
                "osiedle": DISTRICTS[index],
                "od": start.isoformat(),
                "do": (start + dt.timedelta(hours=6)).isoformat(),
                "przyczyna": why,
            }
        )
    return {
        "wydawca": "Wodociągi Kieleckie",
        "dane_przykladowe": True,
        "wygenerowano": slot(now, 15).isoformat(),
        "przerwy": rows,
    }
