"""Crawlers are told from people and their programs."""

import pytest
from ckanext.kielce.usage.robots import is_robot


@pytest.mark.parametrize(
    "agent",
    ["Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "AhrefsSiteAudit crawler", "", None,
     "Mozilla/5.0 HeadlessChrome/120", "UptimeRobot/2.0"],
)  # fmt: skip
def test_robots(agent):
    assert is_robot(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0",
        "curl/8.1",
        "python-requests/2.31",
        "R (4.3)",
    ],
)
def test_people_and_their_programs(agent):
    assert not is_robot(agent)
