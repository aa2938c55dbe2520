"""Takes a picture of each main page of a running demo with a real browser."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

SETTLE_MS = 4_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip


class Size(NamedTuple):
    """A screen."""

    width: int
    height: int


class Picture(NamedTuple):
    """What is taken: a page, who looks at it, on which screen, in which theme."""

    name: str
    path: str
    who: str | None
    size: Size
    theme: str


DESKTOP, PHONE = Size(1440, 900), Size(390, 844)
PICTURES = (
    Picture("markets-dark", "/", "trader", DESKTOP, "dark"),
    Picture("markets-light", "/", "trader", DESKTOP, "light"),
    Picture("markets-phone", "/", "trader", PHONE, "dark"),
    Picture("instrument-dark", "/instruments/ACME/", "trader", DESKTOP, "dark"),
    Picture("instrument-light", "/instruments/NOVA/", "trader", DESKTOP, "light"),
    Picture("instrument-phone", "/instruments/ACME/", "trader", PHONE, "dark"),
    Picture("portfolio-dark", "/portfolio/", "trader", DESKTOP, "dark"),
    Picture("orders-dark", "/orders/", "trader", DESKTOP, "dark"),
    Picture("operations-dark", "/operations/", "operator", DESKTOP, "dark"),
    Picture("admin-dark", "/admin/market/order/", "operator", DESKTOP, "dark"),
    Picture("sign-in-dark", "/sign-in/", None, DESKTOP, "dark"),
)


def main(var: Path, images: Path) -> None:
    """Take every picture of the demo that runs in ``var`` into ``images``."""
    demo = json.loads((var / "demo.json").read_text())
    images.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        for picture in PICTURES:
            _take(picture, browser=browser, demo=demo, images=images)
            print(f"{picture.name}: {picture.path}")
        browser.close()


def _take(picture: Picture, *, browser: Browser, demo: dict[str, Any], images: Path) -> None:
    context = browser.new_context(
        viewport={"width": picture.size.width, "height": picture.size.height},
        color_scheme="dark" if picture.theme == "dark" else "light",
    )
    page = context.new_page()
    if picture.who is not None:
        _sign_in(page, demo=demo, who=picture.who)
    page.goto(demo["http"] + picture.path)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=images / f"{picture.name}.png")
    context.close()


def _sign_in(page: Page, *, demo: dict[str, Any], who: str) -> None:
    page.goto(demo["http"] + "/sign-in/")
    page.fill("input[name=username]", demo[who]["username"])
    page.fill("input[name=password]", demo[who]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(demo["http"] + "/")


def _chromium() -> str | None:
    return os.environ.get("MARKETOPS_CHROMIUM") or shutil.which("chromium")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
