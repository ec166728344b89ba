"""Record what the commands of the story print: `python -m tests.golden.record`.

Look at the difference before it is committed: it is what changes for users.
"""

from __future__ import annotations

import json
import tempfile
import warnings
from pathlib import Path
from typing import Any

from tests.golden.script import HERE, tell

RECORDED = HERE / "recorded"


def write(found: dict[str, list[dict[str, Any]]], folder: Path) -> None:
    """Write one file a group."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for group, steps in found.items():
        text = json.dumps(steps, indent=1, ensure_ascii=False)
        (folder / f"{group}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as name:
        write(tell(Path(name)), RECORDED)
