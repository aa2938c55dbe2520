"""What a person or a script is told when something does not happen: a status, a code, a sentence, a field."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vocabulary.exit_status import ExitStatus
from vocabulary.rejects import RejectReason

STATUS_OF_REJECT: Mapping[str, ExitStatus] = {
    RejectReason.INSTRUMENT_HALTED.code: ExitStatus.HALTED,
    RejectReason.EXCHANGE_CLOSED.code: ExitStatus.HALTED,
    RejectReason.CL_ORD_ID_REUSED.code: ExitStatus.ID_REUSED,
}


@dataclass(frozen=True)
class Refusal:
    """Why something did not happen. ``field`` names what is at fault, ``hint`` what would be right."""

    status: ExitStatus
    code: str
    detail: str
    field: str = ""
    hint: str = ""

    @property
    def is_outcome_unknown(self) -> bool:
        """Whether the exchange may have done what was asked all the same."""
        return self.status in (ExitStatus.UNAVAILABLE, ExitStatus.IN_PROGRESS)

    @property
    def line(self) -> str:
        """All of it in one line."""
        where = f"{self.field}: " if self.field else ""
        return " ".join(f"{where}{self.detail} {self.hint}".split()) + f" [{self.code}]"

    def document(self) -> dict[str, object]:
        """All of it for a program."""
        said = {"code": self.code, "detail": self.detail, "field": self.field, "hint": self.hint}
        return {name: text for name, text in said.items() if text} | {"exit_status": self.status.value}


class Refused(Exception):
    """Something did not happen."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.line)
        self.refusal = refusal

    def hinting(self, hint: str) -> "Refused":
        """The same with a hint at what would be right."""
        return Refused(replace(self.refusal, hint=hint))


def malformed(detail: str, *, field: str = "", code: str = "malformed") -> Refused:
    """What was typed cannot be sent."""
    return Refused(Refusal(ExitStatus.MALFORMED, code, detail, field))


def rejected(code: str, detail: str) -> Refused:
    """The exchange has taken the order in and turned it down."""
    return Refused(Refusal(STATUS_OF_REJECT.get(code, ExitStatus.REJECTED), code, detail))
