"""One table says how every error ends, for a person and for the calling shell."""

import pytest
from django.db import InterfaceError, OperationalError

from access import errors as access_errors
from adminshell.refusals import UsageError, refusal_of
from market import errors
from vocabulary.exit_status import ExitStatus
from vocabulary.rejects import RejectReason


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UsageError("x"), 2, "usage"),
        (errors.InvalidRequest("x", field="reason"), 2, "invalid_request"),
        (errors.NotPermitted("x"), 3, "not_permitted"),
        (access_errors.NotPermitted("x"), 3, "not_permitted"),
        (access_errors.InvalidKey("x"), 2, "invalid_key"),
        (errors.NotFound("x"), 4, "not_found"),
        (errors.Rejected(RejectReason.CL_ORD_ID_REUSED), 5, "cl_ord_id_reused"),
        (errors.InProgress("x"), 6, "in_progress"),
        (errors.Rejected(RejectReason.TOO_LATE_TO_CANCEL), 7, "too_late_to_cancel"),
        (errors.Rejected(RejectReason.INSTRUMENT_HALTED), 8, "instrument_halted"),
        (errors.Rejected(RejectReason.EXCHANGE_CLOSED), 8, "exchange_closed"),
        (errors.Unavailable("x"), 75, "unavailable"),
        (errors.OutcomeUnknown("x"), 75, "outcome_unknown"),
        (errors.Throttled("x", retry_after_s=0.5), 9, "throttled"),
        (errors.Expired("x"), 4, "expired"),
        (errors.OtherEpoch("x"), 4, "other_epoch"),
        (errors.SequenceAhead("x"), 4, "sequence_ahead"),
        (OperationalError("secret"), 75, "unavailable"),
        (InterfaceError("secret"), 75, "unavailable"),
        (ZeroDivisionError("secret"), 70, "internal_error"),
    ],
)
def test_an_error_has_one_exit_status_and_one_code(error: Exception, status: int, code: str):
    refusal = refusal_of(error, correlation_id="c-1")

    assert (refusal.status, refusal.code) == (ExitStatus(status), code)
    assert "secret" not in refusal.detail


def test_every_kind_of_market_error_has_an_exit_status():
    for kind in errors.MarketError.__subclasses__():
        error = kind(RejectReason.NONE) if kind is errors.Rejected else kind("x")
        assert refusal_of(error, correlation_id="") is not None
