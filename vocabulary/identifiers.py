"""The shapes of names that come from outside."""

import re

from vocabulary import limits

SYMBOL_PATTERN = rf"[A-Z0-9][A-Z0-9._-]{{0,{limits.SYMBOL_LENGTH_MAX - 1}}}"
CL_ORD_ID_PATTERN = rf"[A-Za-z0-9_-]{{1,{limits.CL_ORD_ID_LENGTH_MAX}}}"
ACCOUNT_PATTERN = r"[A-Za-z0-9_-]{1,16}"
EPOCH_PATTERN = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

CLASS_CODE_PATTERN = rf"[A-HJ-NP-Z2-9]{{{limits.CLASS_CODE_LENGTH}}}"

REFERENCE_PATTERN = r"[A-Za-z0-9_-]{1,64}"

_SYMBOL = re.compile(SYMBOL_PATTERN)
_CL_ORD_ID = re.compile(CL_ORD_ID_PATTERN)
_ACCOUNT = re.compile(ACCOUNT_PATTERN)
_CLASS_CODE = re.compile(CLASS_CODE_PATTERN)
_REFERENCE = re.compile(REFERENCE_PATTERN)
_EPOCH = re.compile(EPOCH_PATTERN)


def is_symbol(text: str) -> bool:
    """Whether ``text`` has the shape of an instrument's symbol, such as ``ACME`` or ``EUR-USD``."""
    return _SYMBOL.fullmatch(text) is not None


def is_cl_ord_id(text: str) -> bool:
    """Whether ``text`` has the shape of a ClOrdID (FIX 11): 1 to 64 letters, digits, dashes and underscores."""
    return _CL_ORD_ID.fullmatch(text) is not None


def is_epoch(text: str) -> bool:
    """Whether ``text`` has the shape of an epoch, the name of one life of a book."""
    return _EPOCH.fullmatch(text) is not None


def is_account_number(text: str) -> bool:
    """Whether ``text`` has the shape of an account's number."""
    return _ACCOUNT.fullmatch(text) is not None


def is_class_code(text: str) -> bool:
    """Whether ``text`` has the shape of the code by which a class is joined."""
    return _CLASS_CODE.fullmatch(text) is not None


def is_reference(text: str) -> bool:
    """Whether ``text`` has the shape of the reference by which a movement of an account's money is known."""
    return _REFERENCE.fullmatch(text) is not None
