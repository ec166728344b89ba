"""Small files that stand for huge values: one error with file and line, at once, in flat memory."""

from __future__ import annotations

import gzip
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from string import ascii_letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.audit.imports.archive import read_members
from governance.incidents.intake.reading import ReadOptions, read_incidents
from governance.kernel import documents
from governance.kernel.documents import parse_text, read_document
from governance.kernel.errors import InputError
from governance.store import backup

MEMORY = 64 * 1024 * 1024


@pytest.fixture
def flat_memory() -> Iterator[None]:
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < MEMORY


def laughs(start: str, many: str) -> str:
    """Return YAML in which each of 12 lines stands for ten of the one before."""
    lines = [f"a0: &a0 {start}"]
    for level in range(1, 12):
        names = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} {many.format(names)}")
    return "\n".join(lines) + "\n"


CHAIN = "\n".join(["- &a0 []", *(f"- &a{n} [*a{n - 1}]" for n in range(1, 1500))])
BOMBS = {
    "aliases.yaml": (laughs("[x, x]", "[{}]"), 7, "values"),
    "merges.yaml": (laughs("{x: y}", "{{<<: [{}]}}"), 7, "values"),
    "keys.yaml": (laughs("[x, x]", "{{k: [{}]}}"), 7, "values"),
    "texts.yaml": (f"a: &a {'x' * 300_000}\nb: [{', '.join(['*a'] * 999)}]\n", 2, "MiB of text"),
    "itself.yaml": ("a: &a\n - *a\n", 2, "refers to itself"),
    "chain.yaml": (CHAIN, 101, "nested"),
    "flow.yaml": ("[" * 20_000, 1, "nested"),
    "braces.yaml": ("{a: " * 20_000, 1, "nested"),
    "block.yaml": ("- " * 20_000, 1, "nested"),
    "indented.yaml": ("".join(" " * n + "a:\n" for n in range(300)), 101, "nested"),
    "base60.yaml": ("a: 1" + ":1" * 200_000, 1, "digits"),
    "many.yaml": ("a: *a\n" + "b: 1\n", None, "alias"),
    "deep.json": ("[" * 200 + "]" * 200, 1, "nested"),
    "deeper.json": ('{"a":\n' * 20_000, 101, "nested"),
    "text.json": ('"' + "\\" * 1001, 1, "JSON"),
    "digits.json": ("9" * 50_000, None, "digits"),
    "wide.json": ("[" + "[]," * 2_100_000 + "[]]", None, "values"),
    "deep.toml": ("a = " + "[" * 20_000, None, "nested"),
    "dotted.toml": ("x = 1\n" + "a." * 200_000 + "a = 1", 2, "nested"),
}


@pytest.mark.usefixtures("flat_memory")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_one_error_with_file_and_line(name: str) -> None:
    text, line, message = BOMBS[name]
    with pytest.raises(InputError, match=message) as caught:
        parse_text(text, name)
    assert caught.value.file == name
    assert caught.value.exit_code == 2
    if line is not None:
        assert caught.value.line == line


def test_what_is_large_and_honest_is_read() -> None:
    lines = "".join(f"- {{name: {'x' * 20}, of: &n{n} [1, 2]}}\n" for n in range(2000))
    assert len(parse_text(lines + "- *n7\n", "a.yaml").data) == 2001  # type: ignore[arg-type]
    nested = "[" * 90 + "]" * 90
    assert parse_text(nested, "a.json").data == parse_text(nested, "a.yaml").data
    brackets = '["' + "[{," * 100_000 + '"]'
    assert len(parse_text(brackets, "a.json").data) == 1  # type: ignore[arg-type]


def test_a_file_without_end_is_read_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT_BYTES", 1 << 20)
    with pytest.raises(InputError, match="larger than 1 MiB"):
        read_document("/dev/zero")


def test_incidents_are_read_by_the_same_reader(tmp_path: Path) -> None:
    for name in ("aliases.yaml", "flow.yaml", "deeper.json"):
        file = tmp_path / name
        file.write_text(BOMBS[name][0])
        with pytest.raises(InputError) as caught:
            read_incidents(str(file), ReadOptions())
        assert caught.value.line is not None


def test_archives_that_unpack_without_measure_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.eval"
    cases = {
        "times": [("header.json", b"0" * (17 * 2**20))],
        "twice": [("header.json", b"{}"), ("header.json", b"{}")],
    }
    for message, members in cases.items():
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members:
                with (
                    pytest.warns(UserWarning, match="Duplicate")
                    if name in archive.namelist()
                    else nullcontext()
                ):
                    archive.writestr(name, data)
        with pytest.raises(InputError, match=message):
            read_members(file)


def test_other_compressions_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "run.eval"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("header.json", b"{}")
    with pytest.raises(InputError, match="unknown way"):
        read_members(file)


def test_backups_that_unpack_without_measure_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "MAX_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(backup, "FREE_BYTES", 1 << 20)
    file = tmp_path / "a.backup"
    file.write_bytes(gzip.compress(b"0" * (8 << 20)))
    with pytest.raises(InputError, match="longer than 1 MiB") as caught:
        list(backup._lines(file))
    assert caught.value.line == 1
    file.write_bytes(gzip.compress(b"0\n" * (8 << 20)))
    with pytest.raises(InputError, match="times its size"):
        list(backup._lines(file))


@given(st.text(alphabet="[]{}&*ab: ,\n-?<\"'\\!|>#.=0", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for name in ("a.yaml", "a.json", "a.toml"):
        with suppress(InputError):
            parse_text(text, name)


@given(
    st.recursive(
        st.integers() | st.text(ascii_letters, max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(ascii_letters, max_size=5), inner),
        max_leaves=20,
    )
)
def test_every_field_has_its_line(value: object) -> None:
    """The line found along the events is that of the field's own text."""
    import json

    text = json.dumps(value, indent=1)
    document = parse_text(text, "a.json")
    lines = text.splitlines()
    if isinstance(value, dict):
        for key in value:
            line = document.line_of((key,))
            assert line is not None
            assert lines[line - 1].strip().startswith(json.dumps(key))
