"""The Dockerfile and .dockerignore as the builder would read them."""

import json
import re
import shlex
import shutil
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from launch.options import PROJECT

DOCKERFILE = PROJECT / "Dockerfile"
HOME = "/srv/marketops"


class Instruction(NamedTuple):
    """One instruction: its word and the rest of its line."""

    word: str
    rest: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage, the last of which is the image; an ARG before the first one is left out."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[list[Instruction]] = []
    for line in filter(None, text.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found.append([])
        if found:
            found[-1].append(Instruction(word, rest.strip()))
    return found


def said(word: str) -> list[str]:
    """What the instructions of this name say in the image's own stage."""
    return [instruction.rest for instruction in stages()[-1] if instruction.word == word]


def environment() -> dict[str, str]:
    """What a container finds in its environment before its service says anything."""
    return dict(pair.split("=", 1) for line in said("ENV") for pair in shlex.split(line))


def copied() -> list[str]:
    """The files and folders of the repository that the image holds, by their names in its root."""
    copies = [line.split() for line in said("COPY") if not line.startswith("--from")]
    return [source.rstrip("/") for words in copies for source in words[:-1]]


def command(word: str) -> list[str]:
    """The last instruction of this name that is written as a list, or holds one: CMD, RUN, HEALTHCHECK."""
    lists = [found.group() for line in said(word) if (found := re.search(r"\[.*\]$", line))]
    return list(json.loads(lists[-1]))


def lay_out(folder: Path) -> None:
    """Put into the folder what the image holds of the repository, and nothing else.

    Compiled modules come along, since the image compiles its own.
    """
    for name in copied():
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / name)


def is_sent_to_the_builder(path: str) -> bool:
    """Whether .dockerignore lets a file of the repository into the build; the last line that fits decides."""
    parts = PurePosixPath(path).parts
    prefixes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    sent = True
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if pattern and not pattern.startswith("#") and any(_fits(prefix, pattern) for prefix in prefixes):
            sent = line.startswith("!")
    return sent


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatchcase(PurePosixPath(path).name, pattern.removeprefix("**/"))
    return path.count("/") == pattern.count("/") and fnmatchcase(path, pattern)
