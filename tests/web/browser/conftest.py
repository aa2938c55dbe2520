"""The whole exchange with its demo market, started once, and a browser to look at it with."""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, StorageState, expect, sync_playwright

from launch.options import PROJECT
from launch.servers import ports
from tests.running_system import RunningSystem

PATIENCE_MS = 15_000
"""How long a page may take to show something: a machine that runs two of these at once is slow."""

START_S = 120.0
STOP_S = 30.0
SETTINGS_OF_THE_TESTS = ("DATABASE_URL", "REDIS_URL", "MARKETOPS_VAR_DIR", "DJANGO_SETTINGS_MODULE")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class System:
    """A running exchange and how to come in."""

    http: str
    demo: dict[str, Any]
    running: RunningSystem


@dataclass
class Window:
    """One person's page, and everything the browser complained about."""

    page: Page
    http: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Go to a page of the exchange."""
        self.page.goto(self.http + path)
        return self.page

    def hear(self, message: ConsoleMessage) -> None:
        """Note a complaint on the console."""
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


OpenWindow = Callable[..., Window]


@pytest.fixture(scope="package")
def system() -> Iterator[System]:
    """The exchange on a port of its own, in a folder of its own."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    folder = Path(tempfile.mkdtemp(prefix="marketops-browser-"))
    folder.chmod(0o711)
    port, grpc_port = ports.remembered(folder / "port"), ports.remembered(folder / "grpc-port")
    environment = {name: value for name, value in os.environ.items() if name not in SETTINGS_OF_THE_TESTS}
    environment["PYTHONPATH"] = str(PROJECT)
    ssh_port = ports.remembered(folder / "ssh-port")
    options = ["--grpc-port", str(grpc_port), "--ssh-port", str(ssh_port), "--var", str(folder / "var")]
    with (folder / "console").open("wb") as console:
        process = subprocess.Popen(
            [sys.executable, "-m", "launch", "--port", str(port), *options],
            cwd=PROJECT,
            env=environment,
            stdout=console,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process=process, console=folder / "console")
        demo = json.loads((folder / "var" / "demo.json").read_text())
        running = RunningSystem(folder / "var", process)
        yield System(http=f"http://127.0.0.1:{port}", demo=demo, running=running)
    finally:
        process.terminate()
        process.wait(STOP_S)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium; without one the test is skipped.

    It lives no longer than this package: while it does, its event loop keeps Django from the database.
    """
    path = os.environ.get("MARKETOPS_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    with sync_playwright() as playwright:
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium: set MARKETOPS_CHROMIUM to one")
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def session_of(browser: Browser, system: System) -> Callable[[str], StorageState]:
    """The cookies of the demo's trader or operator, who signs in once for all tests."""

    @cache
    def cookies_of(who: str) -> StorageState:
        context = browser.new_context()
        _sign_in(context.new_page(), system, **{name: system.demo[who][name] for name in ("username", "password")})
        cookies = context.storage_state()
        context.close()
        return cookies

    return cookies_of


@pytest.fixture
def open_window(browser: Browser, system: System, session_of: Callable[[str], StorageState]) -> Iterator[OpenWindow]:
    """Opens windows, each with storage of its own; ``who`` is signed in as the demo's trader or operator."""
    contexts: list[BrowserContext] = []

    def open_one(who: str | None = None, **options: Any) -> Window:
        cookies = session_of(who) if who else None
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "storage_state": cookies, **options}
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        window = Window(context.new_page(), system.http)
        window.page.on("console", window.hear)
        window.page.on("pageerror", lambda error: window.complaints.append(str(error)))
        return window

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture(scope="package")
def class_code(browser: Browser, system: System, session_of: Callable[[str], StorageState]) -> str:
    """The code of a class in ACME that goes on, made by its teacher with the times that the form proposes."""
    context = browser.new_context(storage_state=session_of("operator"))
    page = context.new_page()
    page.goto(f"{system.http}/classes/")
    page.fill("#id_name", "Economics 1")
    page.fill("#id_grant_amount", "10000")
    page.fill("#id_symbols", "ACME")
    page.get_by_role("button", name="Make the class").click()
    expect(page.locator(".message.success")).to_contain_text("Students join with the code")
    code = page.url.rstrip("/").rpartition("/")[2]
    context.close()
    return code


def _sign_in(page: Page, system: System, *, username: str, password: str) -> None:
    page.goto(f"{system.http}/sign-in/?next=/help/")
    page.fill("#id_username", username)
    page.fill("#id_password", password)
    page.click("main button[type=submit]")
    page.wait_for_url(f"{system.http}/help/")


def _wait_until_ready(address: str, *, process: subprocess.Popen[bytes], console: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, console.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the exchange was not ready in time:\n{console.read_text()}")
