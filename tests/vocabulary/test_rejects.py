"""Every reason to say no has one code and one sentence, the same through every door."""

import re

import pytest

from vocabulary.rejects import SENTENCES, RejectReason

EVERY_REASON = list(RejectReason)
FIX_REASONS_BELOW = 100


@pytest.mark.parametrize("reason", EVERY_REASON, ids=lambda reason: reason.name)
def test_a_reason_is_explained_in_a_sentence(reason):
    assert re.fullmatch(r"[A-Z].+\.", reason.sentence)


def test_no_two_reasons_share_a_code():
    assert len({reason.code for reason in EVERY_REASON}) == len(EVERY_REASON)


def test_no_two_reasons_share_a_sentence():
    assert len(set(SENTENCES.values())) == len(SENTENCES) == len(EVERY_REASON)


@pytest.mark.parametrize("reason", EVERY_REASON, ids=lambda reason: reason.name)
def test_a_code_is_the_reasons_name_in_small_letters(reason):
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.code)
    assert RejectReason[reason.code.upper()] is reason


def test_no_reason_has_a_name_twice():
    assert set(RejectReason.__members__.values()) == set(EVERY_REASON)
    assert len(RejectReason.__members__) == len(EVERY_REASON)
