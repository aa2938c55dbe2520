"""Records as a CSV file that a person downloads and a spreadsheet opens."""

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import HttpResponse

# What a spreadsheet would compute; an identifier that begins with a dash is none of it.
_FORMULA = re.compile(r"[=+@].*|-.*[^A-Za-z0-9_-].*", re.DOTALL)


def download(name: str, *, columns: Sequence[str], records: Iterable[object]) -> HttpResponse:
    """The named fields of the records as the file ``name``, which nobody but the reader keeps."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    writer = csv.writer(response)
    writer.writerow(columns)
    writer.writerows([cell(getattr(record, column)) for column in columns] for record in records)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def cell(value: object) -> str:
    """A value as it stands in a file; a text that a spreadsheet would compute is quoted."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat()
    text = getattr(value, "name", None) or str(value)
    return f"'{text}" if _FORMULA.fullmatch(text) else text
