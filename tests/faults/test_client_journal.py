"""What a client's own journal says of an order is neither more nor less than what the client was told."""

import pytest

from tests.faults.client_journal import ClientJournal, Told, read_all

TICKET = {"order_qty": "5"}


@pytest.fixture
def told(tmp_path):
    """What a journal says of one id, from what is written of it: nothing for a ticket that is sent, else its answer."""

    def of(*codes: str) -> Told:
        journal = ClientJournal(tmp_path / "client.jsonl")
        for code in codes:
            if not code:
                journal.invoke("A1", "one", TICKET)
            elif code == "outcome_unknown":
                journal.info("A1", "one", code=code)
            else:
                journal.fail("A1", "one", code=code)
        return read_all(tmp_path)["A1", "one"]

    return of


@pytest.mark.parametrize("code", ["unavailable", "in_progress", "cl_ord_id_reused"])
def test_an_order_of_unknown_outcome_stays_unknown_though_a_later_ticket_with_its_id_is_refused(told, code):
    order = told("", "outcome_unknown", "", code)
    assert order.is_unknown
    assert not order.is_refused


def test_what_is_refused_for_its_form_was_refused_for_it_before(told):
    assert told("", "outcome_unknown", "", "invalid_request").is_refused


def test_an_order_whose_every_ticket_was_refused_is_refused(told):
    assert told("", "unavailable", "", "cl_ord_id_reused").is_refused


def test_a_ticket_without_an_answer_is_unknown(told):
    assert told("").is_unknown
