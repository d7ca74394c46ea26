"""Who asks, behind proxies."""

import pytest
from ckanext.kielce.common import callers


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "found"),
    [
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", 1, "203.0.113.9"),
        ("127.0.0.1", "1.1.1.1, 203.0.113.9", 2, "1.1.1.1"),
        ("127.0.0.1", "203.0.113.9", 5, "203.0.113.9"),
        ("127.0.0.1", "203.0.113.9", 0, "127.0.0.1"),
        ("8.8.8.8", "203.0.113.9", 1, "8.8.8.8"),
        ("127.0.0.1", "2001:db8:1:2:aaaa::1", 1, "2001:db8:1:2::"),
        ("127.0.0.1", "::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("127.0.0.1", "no address at all", 1, "no address at all"),
    ],
)
def test_the_address_is_what_our_own_proxy_saw(remote, forwarded, proxies, found):
    assert callers.network_address(remote, forwarded, proxies) == found
