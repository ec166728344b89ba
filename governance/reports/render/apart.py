"""Filling a template: ours here, one of the user in a process of its own.

A template of the user may take all time or memory in a single step that no count inside can stop.
Apart from us it has a limit of both, none of our environment variables, and writes no file.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from governance.kernel.errors import InputError
from governance.reports.render.limits import MAX_SECONDS
from governance.reports.render.worker import filled
from governance.reports.words import Words

WORKER = Path(__file__).parent / "worker.py"
SPARE_SECONDS = 10.0  # to start and to read the report


def fill(
    kind: str, form: str, context: dict[str, Any], words: Words, templates: Path | None
) -> str:
    """Return the page of a kind in a form (``html`` or ``md``) from plain data.

    Raises InputError naming the template at fault.
    """
    request = {
        "names": [f"{kind}.{form}.j2", f"document.{form}.j2"],
        "markdown": form == "md",
        "context": context,
        "language": words.language,
        "templates": None if templates is None else str(templates),
    }
    return filled(request) if templates is None else _filled_apart(request)


def _filled_apart(request: dict[str, Any]) -> str:
    name = request["names"][0]
    path = [place for place in sys.path if place]
    try:
        ran = subprocess.run(  # noqa: S603 - our own worker, found beside this file
            [sys.executable, "-I", str(WORKER)],
            input=json.dumps({**request, "path": path}).encode(),
            capture_output=True,
            env={"PYTHONUTF8": "1"},
            timeout=MAX_SECONDS + SPARE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InputError("the template fails: it does not end", file=name) from None
    try:
        answer = json.loads(ran.stdout)
    except ValueError:
        raise InputError("the template fails: it takes too much", file=name) from None
    if "page" in answer:
        page: str = answer["page"]
        return page
    raise InputError(**answer["error"])
