"""What every door's adapter offers, and how each door says each family of answers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, Family, Who

TAKEN, REPLAYED = "taken on", "taken on before"


class Door(ABC):
    """One way in."""

    name: str
    said: Mapping[Family, str]
    """The status by which the door says each family; a family that it never says is left out."""
    cannot: Mapping[type[Act], str]
    """The acts that the door does not offer, each with the reason."""
    cannot_say: Mapping[str, str]
    """The cases that cannot be said in the door's syntax, each with the reason."""

    @abstractmethod
    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Say the act as whoever asks, and read the answer."""
