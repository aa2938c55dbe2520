"""Who is calling, behind proxies that can be believed and callers who cannot."""

import pytest

from access.networks import are_within, caller_address

FORGED = "203.0.113.9, 198.51.100.4, 192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "found"),
    [
        (0, FORGED, "10.0.0.1"),
        (1, FORGED, "192.0.2.1"),
        (2, FORGED, "198.51.100.4"),
        (2, "192.0.2.1", "10.0.0.1"),
        (1, "nowhere", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_what_a_caller_says_about_their_address_is_believed_as_far_as_own_proxies_wrote_it(
    settings, proxies, forwarded, found
):
    settings.PROXY_COUNT = proxies
    assert caller_address({"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": "10.0.0.1"}) == found


@pytest.mark.parametrize(
    ("narrower", "wider", "expected"),
    [
        (["192.0.2.7"], ["192.0.2.0/24"], True),
        (["192.0.2.0/24"], ["192.0.2.7"], False),
        (["2001:db8::/64"], ["2001:db8::/32"], True),
        (["2001:db8::/64"], ["0.0.0.0/0"], False),
        (["192.0.2.7", "198.51.100.1"], ["192.0.2.0/24"], False),
        (["nowhere"], ["0.0.0.0/0"], False),
    ],
)
def test_networks_lie_within_others_as_a_whole(narrower, wider, expected):
    assert are_within(narrower, wider) is expected
