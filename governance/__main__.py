"""``python -m governance`` and the installed command ``underwriter``."""

from __future__ import annotations

import importlib

import governance.kernel.beside  # noqa: F401 - the command line is the one beside this package


def main() -> None:
    """Run the command line and leave with its exit code."""
    importlib.import_module("cli.main").main()


if __name__ == "__main__":
    main()
