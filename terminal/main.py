"""The program: reads the line, opens the connection, shows the answer, and says in one line what went wrong."""

import asyncio
import os
import sys
import traceback
from argparse import Namespace
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TextIO

from terminal import grammar, profile
from terminal.client import Client
from terminal.commands import ONCE, REPEATEDLY
from terminal.profile import Profile
from terminal.refusals import Refusal, Refused, malformed
from terminal.rendering import Answer, as_json, console_for, safe, sentence
from terminal.screen import top_app
from vocabulary.exit_status import ExitStatus

LOOPBACK = ("127.", "localhost:", "[::1]:", "unix:")


def main(line: Sequence[str] | None = None) -> int:
    """Carry out one command line and return its exit status."""
    words = sys.argv[1:] if line is None else line
    is_json = "--json" in words
    try:
        return _carry_out(grammar.parse(words))
    except Refused as refused:
        return _say(refused.refusal, is_json=is_json)
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # What is still buffered has no reader either: the interpreter must not find that out while it leaves.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.READER_GONE
    except Exception as error:  # the outermost place: nobody at a terminal is to be shown a traceback
        return _say(_of_a_bug(error), is_json=is_json)


def _carry_out(wanted: Namespace) -> int:
    if wanted.command == "profile":
        _show(_profile(wanted), wanted, file=sys.stdout)
        return ExitStatus.OK
    chosen = _chosen_profile(wanted)
    wanted.account = chosen.account
    if wanted.command == "top":
        return _look(wanted, chosen)
    asyncio.run(_ask(wanted, chosen))
    return ExitStatus.OK


def _look(wanted: Namespace, chosen: Profile) -> int:
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        raise malformed("It fills a screen, and this is none.", field="top", code="not_a_terminal")
    asyncio.run(top_app.run(chosen, symbol=wanted.symbol))
    return ExitStatus.OK


async def _ask(wanted: Namespace, chosen: Profile) -> None:
    async with Client(chosen.endpoint) as client:
        if wanted.command in ONCE:
            _show(await ONCE[wanted.command](client, wanted), wanted, file=sys.stdout)
            return
        async with aclosing(REPEATEDLY[wanted.command](client, wanted)) as answers:
            async for answer in answers:
                _show(answer, wanted, file=sys.stdout)


def _show(answer: Answer, wanted: Namespace, *, file: TextIO) -> None:
    if wanted.json:
        file.write(f"{as_json(answer.document)}\n")
    else:
        console = console_for(file)
        for part in answer.parts:
            console.print(part)
    file.flush()


def _chosen_profile(wanted: Namespace) -> Profile:
    path = Path(wanted.profile) if wanted.profile else profile.standard_path()
    is_named = bool(wanted.profile or os.environ.get("MARKETOPS_PROFILE"))
    found = profile.read(path, must_exist=is_named)
    if found.api_key and profile.is_open_to_others(path):
        _warn(f"{path} holds a key and can be read by others: chmod 600 {path}")
    chosen = found.but(address=wanted.address, api_key=wanted.key, account=wanted.account, tls_ca=wanted.tls_ca)
    if chosen.api_key and not chosen.endpoint.is_tls and not chosen.address.startswith(LOOPBACK):
        _warn(f"the key travels to {chosen.address} in the clear; set tls = true or tls_ca in the profile")
    return chosen


def _profile(wanted: Namespace) -> Answer:
    path = Path(wanted.profile) if wanted.profile else profile.standard_path()
    if wanted.from_demo is None:
        chosen = _chosen_profile(wanted)
        heading = f"profile {path}" + ("" if path.exists() else " (there is none; these are the defaults)")
    else:
        chosen = profile.from_demo(Path(wanted.from_demo), who=wanted.who)
        chosen = chosen.but(address=wanted.address, account=wanted.account, tls_ca=wanted.tls_ca)
        profile.write(chosen, path, may_replace=wanted.force)
        heading = f"written: {path}"
    said = {
        "profile": str(path),
        "address": chosen.address,
        "account": chosen.account,
        "has_key": bool(chosen.api_key),
        "tls": chosen.endpoint.is_tls,
    }
    lines = [
        f"address {chosen.address}{' by TLS' if chosen.endpoint.is_tls else ''}",
        f"account {chosen.account or 'not named'}",
        f"key     {'there' if chosen.api_key else 'none'}",
    ]
    return Answer(said, [sentence(heading), *map(sentence, lines)])


def _say(refusal: Refusal, *, is_json: bool) -> int:
    said = as_json(refusal.document()) if is_json else f"{grammar.PROGRAM}: {safe(refusal.line)}"
    sys.stderr.write(f"{said}\n")
    return refusal.status


def _warn(text: str) -> None:
    sys.stderr.write(f"{grammar.PROGRAM}: warning: {safe(text)}\n")


def _of_a_bug(error: Exception) -> Refusal:
    where = traceback.extract_tb(error.__traceback__)[-1]
    detail = (
        f"This program made a mistake ({type(error).__name__} in {Path(where.filename).name}:{where.lineno}): {error}"
    )
    return Refusal(ExitStatus.BUG, "internal_error", detail)
