"""One simulated student: signs up with the code of a class, and then reads pages and trades as the mood is."""

import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import httpx

from tests.classroom.ear import Ear

PASSWORD = "a-long-password-for-a-class"
THINKS_FOR_S = (1.0, 5.0)
LATE_AT_MOST = 0.2  # of the lesson
LOTS_MAX = 20
TICKS_AWAY_MAX = 5
TICK = Decimal("0.01")
AWAY, ASKS_AGAIN_MAX = 503, 3
READS = {
    "/instruments/{symbol}/": 3,
    "/instruments/{symbol}/own/": 3,
    "/leaderboard/": 2,
    "/classes/{code}/": 1,
    "/portfolio/": 1,
    "/orders/": 1,
}
"""What a student looks at, and how often."""

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
CL_ORD_ID = re.compile(r'name="cl_ord_id" value="([^"]+)"')
ACCOUNT = re.compile(r'<option value="([^"]+)" selected>[^<]*class')
REJECTED = re.compile(r'data-code="([a-z_]+)"')


@dataclass
class Notes:
    """What a student has seen: how long each page took, what became of the orders, and what went wrong."""

    answers_s: list[float] = field(default_factory=list)
    orders: Counter[str] = field(default_factory=Counter)
    asked_again: int = 0
    faults: list[str] = field(default_factory=list)


class Student:
    """Somebody with a browser of their own. Each does the same again with the same seed, as far as the market lets."""

    def __init__(self, http: str, *, username: str, code: str, symbol: str, seed: int) -> None:
        self.username = username
        self.notes = Notes()
        self._http, self._code, self._symbol = http, code, symbol
        self._chance = random.Random(seed)
        self._client = httpx.Client(base_url=http, trust_env=False, timeout=30, follow_redirects=True)
        self._account = ""

    def attend(self, *, for_s: float) -> Notes:
        """Come in, sign up, join, and take part until so long after the lesson has begun."""
        over_at = time.monotonic() + for_s
        time.sleep(self._chance.uniform(0, for_s * LATE_AT_MOST))
        with self._client, Ear(self._http, symbol=self._symbol) as ear:
            if not self._sign_up():
                return self.notes
            while time.monotonic() < over_at:
                self._trade(ear) if self._chance.random() < 0.5 else self._read()
                time.sleep(self._chance.uniform(*THINKS_FOR_S))
        self.notes.faults += ear.faults
        if not ear.heard:
            self.notes.faults.append("the market socket said nothing")
        return self.notes

    def _sign_up(self) -> bool:
        """Whether it led into the class; else there is nothing to do in it."""
        page = self._ask("GET", f"/sign-up/?code={self._code}")
        form = {"username": self.username, "password": PASSWORD, "code": self._code}
        page = self._ask("POST", "/sign-up/", {**form, "csrfmiddlewaretoken": _found(TOKEN, page)})
        if f"You are in class {self._code}." not in page:
            page = self._join()
        if f"You are in class {self._code}." not in page:
            self.notes.faults.append("signing up did not lead into the class")
            return False
        self._account = _found(ACCOUNT, self._ask("GET", f"/instruments/{self._symbol}/"))
        return True

    def _join(self) -> str:
        """Join by the page of classes: the exchange was too busy for it when one signed up."""
        page = self._ask("GET", "/sign-in/?next=/classes/")
        if 'name="password"' in page:
            who = {"username": self.username, "password": PASSWORD, "next": "/classes/"}
            page = self._ask("POST", "/sign-in/", {**who, "csrfmiddlewaretoken": _found(TOKEN, page)})
        return self._ask("POST", "/classes/join/", {"code": self._code, "csrfmiddlewaretoken": _found(TOKEN, page)})

    def _read(self) -> None:
        path = self._chance.choices(list(READS), weights=list(READS.values()))[0]
        self._ask("GET", path.format(symbol=self._symbol, code=self._code))

    def _trade(self, ear: Ear) -> None:
        """Place an order by the ticket of the page: at market, or near the last price."""
        ticket = self._ask("GET", f"/instruments/{self._symbol}/").partition('class="ticket"')[2]
        order = {
            "csrfmiddlewaretoken": _found(TOKEN, ticket),
            "cl_ord_id": _found(CL_ORD_ID, ticket),
            "account": self._account,
            "side": self._chance.choice(["BUY", "BUY", "SELL"]),
            "order_qty": str(self._chance.randint(1, LOTS_MAX)),
            "time_in_force": "DAY",
            "ord_type": "MARKET",
        }
        if ear.last_px is not None and self._chance.random() < 0.5:
            away = self._chance.randint(-TICKS_AWAY_MAX, TICKS_AWAY_MAX) * TICK
            order |= {"ord_type": "LIMIT", "price": str(Decimal(ear.last_px) + away)}
        answer = self._ask("POST", f"/instruments/{self._symbol}/orders/", order, is_ticket=True)
        self.notes.orders[_found(REJECTED, answer) or "taken on"] += 1

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None, *, is_ticket: bool = False) -> str:
        """The page; one that is none of those that a student may get is a fault.

        Where the exchange says that it is away for a moment, the same is asked again after as long as it says, as its
        page advises: nothing is done twice.
        """
        answer = self._answer(method, path, form, is_ticket=is_ticket)
        for _ in range(ASKS_AGAIN_MAX):
            if answer is None or answer.status_code != AWAY:
                break
            self.notes.asked_again += 1
            time.sleep(float(answer.headers["Retry-After"]))
            if answer.history:  # what was asked for is done, and the page behind it is missing
                method, path, form = "GET", str(answer.url), None
            answer = self._answer(method, path, form, is_ticket=is_ticket)
        if answer is None:
            return ""
        if answer.status_code != 200 and not (is_ticket and answer.status_code == 422):
            self.notes.faults.append(f"{method} {path}: {answer.status_code}")
        return answer.text

    def _answer(self, method: str, path: str, form: dict[str, str] | None, *, is_ticket: bool) -> httpx.Response | None:
        """The answer, whose time is kept; None, and a fault, where there was none."""
        headers = {"HX-Request": "true"} if is_ticket else {}
        begun = time.perf_counter()
        try:
            answer = self._client.request(method, path, data=form, headers=headers)
        except httpx.HTTPError as error:
            self.notes.faults.append(f"{method} {path}: {error!r}")
            return None
        self.notes.answers_s.append(time.perf_counter() - begun)
        return answer


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group(1) if match else ""
