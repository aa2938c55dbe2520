"""Carrying out one command line for one actor, the same from every way in: audited before and after."""

import time
from collections.abc import Iterator
from uuid import uuid4

import structlog

from access.records import Actor
from access.services import audit
from adminshell import rendering
from adminshell.answers import Answer
from adminshell.commands import COMMANDS
from adminshell.commands.manual import manual_of
from adminshell.database import borrowed_connection
from adminshell.grammar import JSON, Invocation, Line, read_line
from adminshell.refusals import Refusal, refusal_of
from adminshell.screens import Screen
from vocabulary import limits
from vocabulary.exit_status import ExitStatus

AUDIT_ACTION = "ssh.command"
SUBJECT_LENGTH_MAX = 128
FRAME_S = 0.5

logger = structlog.get_logger(__name__)


def run(text: str, *, actor: Actor, screen: Screen) -> ExitStatus:
    """Carry out a command line and show its answer. It never raises; the result is the exit status.

    Nothing is carried out that could not be written into the audit log first.
    """
    correlation_id = str(uuid4())
    with borrowed_connection(), structlog.contextvars.bound_contextvars(request_id=correlation_id):
        try:
            _record(text, actor=actor, facts={"stage": "begun"})
            status, outcome = _carry_out(text, actor=actor, screen=screen, correlation_id=correlation_id)
            _record(text, actor=actor, facts={"stage": "done", "outcome": outcome, "exit_status": status.value})
        except Exception as error:
            return _refuse(
                refusal_of(error, correlation_id=correlation_id), error=error, text=text, screen=screen
            ).status
    return status


def _carry_out(text: str, *, actor: Actor, screen: Screen, correlation_id: str) -> tuple[ExitStatus, str]:
    try:
        line = read_line(text, commands=COMMANDS)
        return _show(_answers(line, actor=actor), line=line, screen=screen), "done"
    except Exception as error:
        # Whatever it was, the person waits for a sentence and the log for a second entry.
        refusal = _refuse(refusal_of(error, correlation_id=correlation_id), error=error, text=text, screen=screen)
        return refusal.status, refusal.code


def _answers(line: Line, *, actor: Actor) -> Answer | Iterator[Answer]:
    if line.is_help:
        return manual_of(line.command)
    return line.command.perform(Invocation(actor, line.values))


def _show(answers: Answer | Iterator[Answer], *, line: Line, screen: Screen) -> ExitStatus:
    if isinstance(answers, Answer):
        screen.show(_text(answers, line=line, screen=screen))
        return answers.status
    ends_at = time.monotonic() + limits.SSH_WATCH_S_MAX
    for answer in answers:
        screen.redraw(_text(answer, line=line, screen=screen))
        # The connection must not be held while nothing is asked of it.
        with borrowed_connection():
            if screen.is_stopped_within(FRAME_S) or time.monotonic() > ends_at:
                break
    return ExitStatus.OK


def _text(answer: Answer, *, line: Line, screen: Screen) -> str:
    if line.is_json:
        return rendering.as_json(answer)
    return rendering.as_text(answer, width=screen.width, is_terminal=screen.is_terminal)


def _refuse(refusal: Refusal, *, error: Exception, text: str, screen: Screen) -> Refusal:
    if refusal.status is ExitStatus.BUG:
        logger.error("command_failed", exc_info=error)
    if JSON in text.split():
        screen.show(rendering.refusal_as_json(refusal))
    else:
        screen.complain(rendering.refusal_as_text(refusal))
    return refusal


def _record(text: str, *, actor: Actor, facts: dict[str, object]) -> None:
    subject = rendering.safe(text[:SUBJECT_LENGTH_MAX])
    audit.record(actor=actor, action=AUDIT_ACTION, subject=subject, detail=facts)
