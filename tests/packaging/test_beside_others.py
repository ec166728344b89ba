"""A working folder or a path that holds packages of our names: the program uses its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from governance.kernel.beside import passed_over

ROOT = Path(__file__).parents[2]
OURS = ("taxonomy", "cli")
HOSTILE = "raise RuntimeError('not the program: ' + __file__)\n"


@pytest.fixture
def crowded(tmp_path: Path) -> Path:
    """A folder with packages of our names, each of which fails when it is imported."""
    for name in (*OURS, "migrations", "migrations/versions", "taxonomy/data"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(HOSTILE)
    for name in ("cli/main.py", "migrations/env.py", "migrations/versions/0001_theirs.py"):
        (tmp_path / name).write_text(HOSTILE)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    return tmp_path


def _run(
    folder: Path, *arguments: str, path: tuple[Path, ...], code: int = 0
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))},
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


def test_the_command_works_in_a_folder_of_the_same_names_and_doctor_names_them(
    crowded: Path,
) -> None:
    """``-m`` puts the working folder before everything, and PYTHONPATH names it once more."""
    doctor = ("-m", "governance", "doctor", "--json", "--db", str(crowded / "none.db"))
    done = _run(crowded, *doctor, path=(crowded, ROOT), code=1)
    rows = {row["what"]: row for row in json.loads(done.stdout)["checks"]}
    assert rows["ontology"]["state"] == "ok"
    for name in OURS:
        assert str(crowded / name / "__init__.py") in rows[f"package {name}"]["found"]
        assert "PYTHONPATH" in rows[f"package {name}"]["hint"]


def test_the_module_of_the_command_line_sees_no_foreign_neighbours(crowded: Path) -> None:
    """``python -m cli.main`` is Python's own choice of ``cli``; from there on it is ours."""
    for file in (crowded / "cli").iterdir():
        file.unlink()
    (crowded / "cli").rmdir()
    made = ("-m", "cli.main", "init", "--db", str(crowded / "own.db"))
    _run(crowded, *made, path=(crowded, ROOT))


def test_a_plain_module_of_our_name_is_passed_over_and_named(tmp_path: Path) -> None:
    (tmp_path / "taxonomy.py").write_text(HOSTILE)
    show = (
        "import governance.kernel.beside as b, taxonomy; print(b.passed_over(), taxonomy.__file__)"
    )
    done = _run(tmp_path, "-c", show, path=(tmp_path, ROOT))
    assert str(tmp_path / "taxonomy.py") in done.stdout
    assert str(ROOT / "taxonomy" / "__init__.py") in done.stdout


def test_the_library_leaves_the_names_of_others_alone(tmp_path: Path) -> None:
    """Who uses the library beside a ``cli`` of his own gets his own."""
    (tmp_path / "cli.py").write_text("name = 'theirs'\n")
    done = _run(
        tmp_path,
        "-c",
        "import governance.risk.quantify, governance.store.migrate, cli; print(cli.name)",
        path=(tmp_path, ROOT),
    )
    assert done.stdout == "theirs\n"


def test_nothing_is_passed_over_here() -> None:
    assert passed_over() == {}
