"""A core that answers otherwise than before says so by its version: a book is matched by one version at a time."""

import hashlib

from matching import ENGINE_VERSION, GENESIS, Book, apply, chain, digest
from tests.matching.drawing import change_engine, draw, picture_of, play, tidy
from tests.matching.streams import busy_stream

RECORDED = {
    3: ("a3e4598391056aa7", "fe3b844605a07220"),
    4: ("0affa0308338a87a", "5d68695c403989f1"),
}
"""For each version: a digest of the commands of a fixed day, and of what that version made of them."""


def test_the_same_day_gives_the_same_answers_unless_the_version_is_another():
    commands = busy_stream(seed=1, length=20_000, base_ticks=3, levels=48, spread=12, ids=60, hostile=0.02)
    book = Book.create(base_ticks=3, levels=48)
    answers = chain(GENESIS, commands, apply(book, commands)) + digest(book)
    found = tuple(hashlib.blake2b(data, digest_size=8).hexdigest() for data in (commands.tobytes(), answers))
    asked, answered = RECORDED[ENGINE_VERSION]
    assert found[0] == asked, "the day itself is another one now: record both digests anew for this version"
    assert found[1] == answered, (
        "the core gives other events, or keeps another book: raise ENGINE_VERSION, so that no worker of the version"
        " before matches the same book, and record the digests of the new one"
    )


def test_a_change_of_the_engine_is_told_and_moves_nothing(matcher):
    picture = "101 A 10\n ---\n 99 B 20"
    draw(matcher, picture)
    assert play(matcher, change_engine(9)) == ["RULES_CHANGED"]
    assert picture_of(matcher) == tidy(picture)
