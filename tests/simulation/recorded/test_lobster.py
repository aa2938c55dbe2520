"""Reading recorded markets: what fits is read exactly, and of what does not the first place is named."""

from decimal import Decimal

import pytest

from simulation.errors import UnreadableRecording
from simulation.recorded import lobster
from simulation.recorded.recording import MessageKind
from tests.simulation.recorded.records import HALTED, NO_BID, STORY, recorded, write
from vocabulary.orders import Side


def test_messages_are_read_to_the_nanosecond_and_in_ticks(tmp_path):
    recording = recorded(tmp_path, "34200.017459617,4,7,5,1000100,-1 | 1000200,3,1000000,9")

    assert recording.messages.tolist() == [(34_200_017_459_617, MessageKind.EXECUTED, 7, 5, 10_001, Side.SELL)]
    assert recording.tick_size == Decimal("0.01")


def test_the_book_is_read_level_by_level_without_those_that_are_absent(tmp_path):
    recording = recorded(tmp_path, f"34200,1,7,9,1000000,1 | 1000200,3,1000000,9,1000300,4,{NO_BID}")

    assert recording.depth == 2
    assert recording.levels(0, side=Side.SELL) == [(10_002, 3), (10_003, 4)]
    assert recording.levels(0, side=Side.BUY) == [(10_000, 9)]


def test_prices_between_cents_make_the_tick_smaller(tmp_path):
    recording = recorded(tmp_path, "34200,1,7,9,1000050,1 | 1000200,3,1000050,9")

    assert recording.tick_size == Decimal("0.0001")
    assert recording.levels(0, side=Side.BUY) == [(1_000_050, 9)]


def test_a_hidden_execution_between_cents_does_not(tmp_path):
    assert recorded(tmp_path, STORY).tick_size == Decimal("0.01")


def test_halts_and_resumptions_are_told_apart(tmp_path):
    kinds = recorded(tmp_path, HALTED).messages["kind"].tolist()

    assert kinds == [
        MessageKind.NEW,
        MessageKind.HALTED,
        MessageKind.NEW,
        MessageKind.DELETED,
        MessageKind.QUOTING_RESUMED,
        MessageKind.TRADING_RESUMED,
        MessageKind.EXECUTED,
    ]


GOOD = "34200.5,1,7,9,1000000,1"
BOOK = "1000200,3,1000000,9"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("34200.6,1,8,9,1000000", "line 2: 5 columns instead of 6"),
        ("34200.6,1,8,9,1000000,1,1", "line 2: 7 columns instead of 6"),
        ("", "line 2: is blank"),
        ("soon,1,8,9,1000000,1", "line 2, column 1 (time): 'soon' is not a number"),
        ("nan,1,8,9,1000000,1", "line 2, column 1 (time): 'nan' is not a time in seconds after midnight"),
        ("-1,1,8,9,1000000,1", "line 2, column 1 (time): '-1' is not a time in seconds after midnight"),
        ("34200.4,1,8,9,1000000,1", "line 2, column 1 (time): '34200.4' is earlier than the line before"),
        ("34200.6,one,8,9,1000000,1", "line 2, column 2 (type): 'one' is not a whole number"),
        ("34200.6,9,8,9,1000000,1", "line 2, column 2 (type): '9' is not a message type; those are 1 to 7"),
        ("34200.6,1,8.5,9,1000000,1", "line 2, column 3 (order id): '8.5' is not a whole number"),
        ("34200.6,1,99999999999999999999,9,1000000,1", "line 2, column 3 (order id): '99999999999999999999' is not"),
        ("34200.6,1,8,0,1000000,1", "line 2, column 4 (size): '0' is not a size from 1 to 2147483647"),
        ("34200.6,1,8,9,0,1", "line 2, column 5 (price): '0' is not a price"),
        ("34200.6,7,0,0,5,-1", "line 2, column 5 (price): '5' is not a price"),
        ("34200.6,1,8,9,1000000,0", "line 2, column 6 (direction): '0' is neither 1 nor -1"),
    ],
)
def test_a_bad_message_is_named_by_file_line_and_column(tmp_path, line, complaint):
    messages, book = write(tmp_path, f"{GOOD}|{BOOK}\n{line}|{BOOK}\n{GOOD}|{BOOK}")

    with pytest.raises(UnreadableRecording) as error:
        lobster.read(messages, book)

    assert str(error.value).startswith(f"{messages}, {complaint}")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1000200,3,1000000", "line 2: 3 columns instead of 4"),
        ("1000200,3,x,9", "line 2, column 3 (bid price 1): 'x' is not a whole number"),
        ("1000200,3,-5,9", "line 2, column 3 (bid price 1): '-5' is not a price"),
        ("1000200,0,1000000,9", "line 2, column 2 (ask size 1): '0' is not the size of a level"),
        ("9999999999,3,1000000,9", "line 2, column 2 (ask size 1): '3' is not the size of a level"),
    ],
)
def test_a_bad_book_is_named_by_file_line_and_column(tmp_path, line, complaint):
    messages, book = write(tmp_path, f"{GOOD}|{BOOK}\n{GOOD}|{line}")

    with pytest.raises(UnreadableRecording) as error:
        lobster.read(messages, book)

    assert str(error.value).startswith(f"{book}, {complaint}")


def test_levels_out_of_order_are_refused(tmp_path):
    messages, book = write(tmp_path, f"{GOOD}|1000200,3,1000000,9,1000100,3,999900,9")

    with pytest.raises(UnreadableRecording, match=r"column 5 \(ask price 2\): '1000100' is not a price worse than"):
        lobster.read(messages, book)


def test_a_book_without_whole_levels_is_refused(tmp_path):
    messages, book = write(tmp_path, f"{GOOD}|1000200,3,1000000,9,1000300")

    with pytest.raises(UnreadableRecording, match="line 1: 5 columns; a book has 4 for every level"):
        lobster.read(messages, book)


def test_files_of_different_length_are_refused(tmp_path):
    messages, book = write(tmp_path, f"{GOOD}|{BOOK}\n{GOOD}|{BOOK}")
    book.write_text(f"{BOOK}\n")

    with pytest.raises(UnreadableRecording, match=r"has 2 lines and .* has 1"):
        lobster.read(messages, book)


def test_an_empty_a_missing_and_a_binary_file_are_refused(tmp_path):
    messages, book = write(tmp_path, f"{GOOD}|{BOOK}")
    binary, empty = tmp_path / "binary.csv", tmp_path / "empty.csv"
    binary.write_bytes(b"1,2\n\xff\xfe")
    empty.touch()

    with pytest.raises(UnreadableRecording, match=r"empty\.csv is empty"):
        lobster.read(empty, book)
    with pytest.raises(UnreadableRecording, match=r"absent\.csv: No such file"):
        lobster.read(messages, tmp_path / "absent.csv")
    with pytest.raises(UnreadableRecording, match=r"binary\.csv, line 2: holds a byte that is no plain text"):
        lobster.read(binary, book)
