"""The program's packages are those beside `governance`, whatever else the path holds.

``taxonomy`` and ``cli`` are common names: a working folder or a folder of PYTHONPATH may hold
others. The command imports this module first, and it answers for these names. A program that
only uses the library does not import it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

PACKAGES = ("taxonomy", "cli")
HOME = Path(__file__).resolve().parents[2]


class OwnPackages:
    """Finds the program's packages beside this file, and nothing else."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where one of PACKAGES is; None for every other name."""
        if fullname not in PACKAGES:
            return None
        return PathFinder.find_spec(fullname, [str(HOME)], target)


def passed_over() -> dict[str, Path]:
    """Return what would be imported instead of each of PACKAGES by the path alone: its file."""
    found: dict[str, Path] = {}
    for name in PACKAGES:
        spec = PathFinder.find_spec(name)
        if spec is None:
            continue
        places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
        file = Path(places[0]).resolve() if places else None
        if file is not None and not file.is_relative_to(HOME / name):
            found[name] = file
    return found


if not any(isinstance(finder, OwnPackages) for finder in sys.meta_path):
    sys.meta_path.insert(0, OwnPackages())
