from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.reference import pages, walk
from governance.kernel.settings import ENVIRONMENT_PREFIX, Settings
from governance.kernel.settings_here import SetHere
from tests.quick_commands import quick_commands

sys.path.insert(0, str(Path(__file__).parent))
import console

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a program `underwriter` that is there at once."""
    with quick_commands(tmp_path_factory.mktemp("programs")) as found:
        yield found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_example_runs_and_prints_what_the_page_says(
    page: Path, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README in processes that start from nothing, as a user's do; the rest is quicker."""
    monkeypatch.setenv("UNDERWRITER_DATABASE_URL", str(tmp_path / "underwriter.db"))
    chosen = None if page.stem == "README" else programs
    for step in console.steps(page.read_text(encoding="utf-8")):
        exit_code, output = console.run(step, tmp_path, chosen)
        assert exit_code == step.exit_code, f"$ {step.command}\n{output}"
        assert console.fits(step.expected, output), f"$ {step.command}\n{output}"


@pytest.mark.parametrize("name", pages())
def test_the_references_are_up_to_date(name: str) -> None:
    """Every command and every operation of the catalogue stands there as it is."""
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert text == pages()[name](), "make docs"


def test_every_command_has_help_and_an_example() -> None:
    import typer

    from cli.main import app

    faults = []
    for path, command in walk(typer.main.get_command(app), ()):
        name = " ".join(path)
        if not command.help:
            faults.append(f"{name}: no help")
        told = f"{command.help} {command.epilog}"
        if not hasattr(command, "commands") and f"underwriter {name}" not in told:
            faults.append(f"{name}: no example")
        faults += [
            f"{name}: {parameter.name} has no help"
            for parameter in command.params
            if parameter.name != "help" and not getattr(parameter, "help", None)
        ]
    assert faults == []


def test_every_command_takes_json() -> None:
    import typer

    from cli.main import app

    missing = [
        " ".join(path)
        for path, command in walk(typer.main.get_command(app), ())
        if not hasattr(command, "commands")
        and not any("--json" in parameter.opts for parameter in command.params)
    ]
    assert missing == []


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    names = [ENVIRONMENT_PREFIX + name.upper() for name in Settings.model_fields]
    assert [name for name in names if f"`{name}`" not in text] == []


def is_mark(one: object) -> bool:
    return isinstance(one, SetHere)


def test_what_the_present_folder_may_set_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    marked = set(re.findall(rf"^\| `{ENVIRONMENT_PREFIX}(\w+)` \|.*\| yes \|$", text, re.M))
    fields = {name.upper(): field for name, field in Settings.model_fields.items()}
    assert marked == {name for name in fields if any(map(is_mark, fields[name].metadata))}


def test_every_page_is_linked_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in text] == []


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in PAGES
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text("utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []
