"""What people write is shown as they wrote it and never runs; pages carry no script or style of their own."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from market.services import instruments, trading
from tests.market_place import MarketPlace

SPITEFUL = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7|add:7 }}'
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)", re.IGNORECASE)
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_no_inline_script_or_style(template: Path):
    assert INLINE.findall(template.read_text()) == []


def test_a_spiteful_reason_and_name_are_only_text(market: MarketPlace, trader: Client, operator: Client):
    instruments.add(
        symbol="EVIL",
        name=SPITEFUL[:40],
        kind="SHARE",
        currency="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        reference_price=Decimal(10),
        actor=market.operator,
    )
    trading.halt("EVIL", reason=SPITEFUL, actor=market.operator)

    pages = [trader.get(address) for address in ("/", "/instruments/EVIL/")] + [operator.get("/operations/")]

    for page in pages:
        text = page.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_what_was_typed_into_the_ticket_comes_back_as_text(market: MarketPlace, trader: Client):
    text = trader.post("/instruments/ACME/orders/", {"price": SPITEFUL, "cl_ord_id": SPITEFUL}).content.decode()

    assert "<script>alert" not in text
    assert "&quot;&gt;&lt;script&gt;" in text
