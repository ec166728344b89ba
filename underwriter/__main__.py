"""``python -m underwriter`` and the installed command ``underwriter``."""

from __future__ import annotations


def main() -> None:
    """Run the command line and leave with its exit code."""
    from cli.main import main as run

    run()


if __name__ == "__main__":
    main()
