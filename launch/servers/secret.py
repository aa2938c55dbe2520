"""Generated secrets, each in a file that only its owner reads."""

import os
import secrets
from pathlib import Path


def secret(path: Path) -> str:
    """The secret in this file; made when first asked for, the same ever after."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        unfinished.rename(path)
    return path.read_text()
