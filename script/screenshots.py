"""Takes pictures of the pages of a running demo with a real browser: dark, light, and on a phone."""

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple

import screenshot_class
from playwright.sync_api import Browser, StorageState, sync_playwright

SETTLE_MS = 3_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run"]  # fmt: skip


class Size(NamedTuple):
    """A screen."""

    width: int
    height: int


class Look(NamedTuple):
    """How a page is looked at: on which screen, in which theme."""

    size: Size
    theme: Literal["dark", "light"]


class Picture(NamedTuple):
    """A page, and who looks at it."""

    path: str
    who: str | None


DESKTOP, PHONE = Size(1440, 900), Size(390, 844)
LOOKS = {"dark": Look(DESKTOP, "dark"), "light": Look(DESKTOP, "light"), "phone": Look(PHONE, "dark")}
PICTURES = {
    "markets": Picture("/", "trader"),
    "instrument": Picture("/instruments/ACME/", "trader"),
    "analytics": Picture("/analytics/ACME/", "trader"),
    "orders": Picture("/orders/", "trader"),
    "portfolio": Picture("/portfolio/", "trader"),
    "keys": Picture("/keys/", "trader"),
    "help": Picture("/help/", "trader"),
    "operations": Picture("/operations/", "operator"),
    "admin": Picture("/admin/market/order/", "operator"),
    "classes": Picture("/classes/", "operator"),
    "class": Picture("/classes/{code}/", "operator"),
    "projector": Picture("/classes/{code}/projector/", "operator"),
    "sign-in": Picture("/sign-in/", None),
}


def main(var: Path, images: Path, wanted: list[str]) -> None:
    """Take every page of the demo that runs in ``var`` in every look, or those that are named, into ``images``."""
    demo = json.loads((var / "demo.json").read_text())
    images.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        cookies = {who: _signed_in(browser, demo=demo, who=who) for who in ("trader", "operator")}
        code = screenshot_class.ready(browser, address=demo["http"], teacher=cookies["operator"])
        for name, picture in PICTURES.items():
            if wanted and name not in wanted:
                continue
            picture = picture._replace(path=picture.path.format(code=code))
            for look in LOOKS:
                state = cookies[picture.who] if picture.who else None
                _take(picture, look=LOOKS[look], browser=browser, address=demo["http"], state=state,
                      file=images / f"{name}-{look}.png")  # fmt: skip
                print(f"{name}-{look}: {picture.path}")
        browser.close()


def _take(
    picture: Picture, *, look: Look, browser: Browser, address: str, state: StorageState | None, file: Path
) -> None:
    context = browser.new_context(
        viewport={"width": look.size.width, "height": look.size.height}, color_scheme=look.theme, storage_state=state
    )
    page = context.new_page()
    page.goto(address + picture.path)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=file)
    context.close()


def _signed_in(browser: Browser, *, demo: dict[str, Any], who: str) -> StorageState:
    context = browser.new_context()
    page = context.new_page()
    page.goto(demo["http"] + "/sign-in/")
    page.fill("input[name=username]", demo[who]["username"])
    page.fill("input[name=password]", demo[who]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(demo["http"] + "/")
    state = context.storage_state()
    context.close()
    return state


def _chromium() -> str | None:
    return os.environ.get("MARKETOPS_CHROMIUM") or shutil.which("chromium")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
