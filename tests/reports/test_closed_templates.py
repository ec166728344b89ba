"""Templates of the user reach plain data and our functions, and come to an end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Undefined
from report_samples import sample_overview

from governance.kernel.errors import InputError
from governance.reports.build import Request, render
from governance.reports.kinds import find_kind
from governance.reports.render import apart, worker
from governance.reports.render.environment import ClosedEnvironment, make_environment
from governance.reports.render.plain import formatting
from governance.reports.words import load_words

FORMS = ("html", "md")
PLAIN = (str, int, float, bool, type(None), list, dict)


def rendered(form: str, templates: Path | None) -> str:
    request = Request(kind="overview", format=form, templates=templates)  # type: ignore[arg-type]
    return render(find_kind("overview"), sample_overview(), request).decode()


def given_to_template(form: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the context that a template of ours is filled from, as its environment gets it."""
    import governance.reports.render.environment as module

    taken: dict[str, Any] = {}
    monkeypatch.setattr(module, "render_template", lambda _e, _n, given: str(taken.update(given)))
    rendered(form, None)
    monkeypatch.undo()
    return taken


def names_of(value: object) -> Iterator[object]:
    """Yield every name under which something might be reached from a value."""
    yield from dir(value)
    if isinstance(value, dict):
        yield from value
    if isinstance(value, list | tuple | str):
        yield from range(min(len(value), 3))
    yield from ("parse_raw", "model_validate_json", "__dict__", "__reduce__", "__globals__", "mro")


def walk(environment: ClosedEnvironment, root: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield (path, value) for everything that a template can reach by ``.name`` and ``[name]``."""
    waiting: list[tuple[str, object]] = list(root.items())
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if isinstance(value, str | int | float | None) and not path.endswith((".kind", "tr")):
            continue  # texts are alike: those that end so are walked for all
        for name in names_of(value):
            ways: list[Callable[[], object]] = [lambda n=name, v=value: environment.getitem(v, n)]
            if isinstance(name, str):
                ways.append(lambda n=name, v=value: environment.getattr(v, n))
            for way in ways:
                found = way()
                if not isinstance(found, Undefined):
                    waiting.append((f"{path}.{name}", found))


@pytest.mark.parametrize("form", FORMS)
def test_all_that_a_template_reaches_is_plain(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = given_to_template(form, monkeypatch)
    assert {"report", "document", "words", "tr", "theme", "labels"} <= set(given)
    environment = make_environment(None, markdown=form == "md")
    seen = 0
    for path, value in walk(environment, given):
        seen += 1
        if callable(value):
            assert type(value).__name__ == "function", path
            assert value.__module__ in ("governance.reports.render.plain", worker.__name__), path
        else:
            assert isinstance(value, PLAIN), f"{path} is a {type(value).__name__}"
    assert seen > 500


@pytest.mark.parametrize("form", FORMS)
def test_the_globals_filters_and_tests_are_those_listed(form: str) -> None:
    environment = make_environment(None, markdown=form == "md")
    assert set(environment.globals) == {"range", "namespace"}
    assert not {"safe", "attr", "tojson", "xmlattr", "urlize", "format", "pprint", "center"} & set(
        environment.filters
    )
    assert not {"filter", "test", "callable", "sameas", "escaped"} & set(environment.tests)


PICKLED = "cposix\\nsystem\\n(S'touch {file}'\\ntR."
REACHING = [
    '{{ OBJECT.parse_raw("' + PICKLED + '", content_type="application/pickle", '
    "allow_pickle=True) }}",
    "{{ OBJECT.model_validate_json('{}') }}",
    "{{ OBJECT.__init__.__globals__ }}",
    "{{ OBJECT['__class__'] }}",
    "{{ OBJECT.model_fields }}",
    "{{ OBJECT.keys() }}",
    "{{ OBJECT.update(a=1) }}",
]
OTHER = [
    "{{ words.tr.__self__ }}",
    "{{ words.tr.__globals__ }}",
    "{{ words.catalogue }}",
    "{{ words.catalogue._fallback }}",
    "{{ 'a'.format }}",
    "{{ 'a'.format_map({}) }}",
    "{{ tr('{x}', x=words.tr) }}",
    "{{ [report]|map(attribute='__class__')|list }}",
    "{{ ['a']|map('attr', '__class__')|list }}",
    "{{ report|attr('__class__') }}",
    "{{ self.__init__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler }}",
    "{{ lipsum.__globals__ }}",
    "{{ namespace.__init__ }}",
    "{{ range.__class__ }}",
    "{% set n = namespace(a=1) %}{{ n.__class__ }}",
    "{% for x in [1] %}{{ loop._iterable }}{{ loop.cycle }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m._func }}",
    "{% macro m() %}{% endmacro %}{{ m.name }}",
    "{% import 'blocks.html.j2' as b with context %}{{ b._body_stream }}",
    "{% import 'blocks.html.j2' as b with context %}{{ b.__loader__ }}",
    "{{ report }}",
    "{{ words.tr }}",
    "{% autoescape false %}{{ '<b>' }}{% endautoescape %}",
    "{{ '<b>'|safe }}",
    "{{ '<b>'|tojson }}",
    "{% include '../theme.py' %}",
    "{% include '/etc/hostname' %}",
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["report", "report.head", "theme", "document", "words"])
def test_the_way_in_is_shut(tmp_path: Path, form: str, name: str) -> None:
    """`parse_raw` with a pickle ran a command when templates got models."""
    environment = make_environment(tmp_path, markdown=form == "md")
    mark = tmp_path / "ran"
    for attack in REACHING:
        text = attack.replace("OBJECT", name).replace("{file}", str(mark))
        with pytest.raises(InputError):
            fill_text(environment, tmp_path, text)
    assert not mark.exists()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("attack", OTHER)
def test_other_ways_are_shut(tmp_path: Path, form: str, attack: str) -> None:
    environment = make_environment(tmp_path, markdown=form == "md")
    with pytest.raises(InputError):
        fill_text(environment, tmp_path, attack)


def fill_text(environment: ClosedEnvironment, folder: Path, text: str) -> str:
    """Fill a text as the packaged worker would, in this process."""
    from governance.reports.render.environment import render_template

    (folder / "attack.j2").write_text(text)
    words = formatting(load_words("en"))
    environment.functions = frozenset(words.values())
    head = {"title": "T", "as_of": "2026-01-01T00:00:00Z"}
    context = {
        "report": {"head": head, "items": [1]},
        "document": {"title": "T"},
        "theme": {"accent": "#000000"},
        "words": words,
        "tr": words["tr"],
        "labels": {},
    }
    return render_template(environment, ["attack.j2"], context)


def test_a_sentence_reads_no_attributes(tmp_path: Path) -> None:
    environment = make_environment(tmp_path, markdown=False)
    text = "{{ tr('{x.__class__} {x:9999999} {x!r} {x}', x=1) }}"
    assert fill_text(environment, tmp_path, text) == "{x.__class__} {x:9999999} {x!r} 1"


TWICE_EACH = (
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}"
)
FORTY_TIMES = (
    "{% set n = namespace(x=START) %}{% for a in range(40) %}{% set n.x = NEXT %}{% endfor %}"
)
LONGER = FORTY_TIMES.replace("START", "'xxxxxxxx'").replace("NEXT", "n.x ~ n.x")
DEEPER = FORTY_TIMES.replace("START", "['x']").replace("NEXT", "[n.x, n.x]")
ENDLESS = [
    ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "repeats"),
    ("{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}", "calls itself"),
    (TWICE_EACH, "repeats|takes"),
    ("{% for a in range(99999) %}" + "x" * 9000 + "{% endfor %}", "writes more"),
    ("{{ 'a' * 500000000 }}", "numbers only"),
    ("{{ '%500000000d' % 1 }}", "numbers only"),
    ("{{ 9 ** 999999999 }}", "too large"),
    ("{% set a = 'x' * 9 %}", "numbers only"),
    ("{{ 1|round(3)|string|center(99999999) }}", "No filter"),
    ("{{ words.number(1, 999999999) ~ words.plain(0.1, 999999) }}", None),
    (LONGER + "{{ n.x }}", "writes more|memory"),
    (DEEPER + "{{ n.x|string }}", "for texts"),
    (DEEPER + "{{ n.x }}", "no text"),
    ("{{ [1]|batch(999999999, 'x')|first|join }}", "takes too much"),
]


@pytest.mark.parametrize(("attack", "message"), ENDLESS)
def test_what_runs_away_is_stopped(
    tmp_path: Path, attack: str, message: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERWRITER_TEST_SECRET", "x")
    (tmp_path / "overview.html.j2").write_text(attack)
    if message is None:
        assert len(rendered("html", tmp_path)) < 100
        return
    with pytest.raises(InputError, match=message) as caught:
        rendered("html", tmp_path)
    assert caught.value.exit_code == 2


def test_a_template_that_sits_still_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "overview.html.j2").write_text("{{ document.title }}")
    slow = tmp_path / "slow.py"
    slow.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(apart, "WORKER", slow)
    monkeypatch.setattr(apart, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(apart, "SPARE_SECONDS", 0.2)
    with pytest.raises(InputError, match="does not end"):
        rendered("html", tmp_path)


def test_the_process_apart_has_no_environment_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "overview.html.j2").write_text("{{ document.title }}")
    echo = tmp_path / "echo.py"
    echo.write_text(
        "import json, os, sys\nsys.stdin.read()\n"
        "sys.stdout.write(json.dumps({'page': ' '.join(sorted(os.environ))}))\n"
    )
    monkeypatch.setenv("UNDERWRITER_KEY_PASSWORD", "secret")
    monkeypatch.setattr(apart, "WORKER", echo)
    assert "UNDERWRITER" not in rendered("html", tmp_path)
    assert "UNDERWRITER_KEY_PASSWORD" in os.environ


@pytest.mark.parametrize("form", FORMS)
def test_a_copy_of_our_templates_gives_the_same_page(tmp_path: Path, form: str) -> None:
    """What a user may do in a template is enough for all that ours do."""
    import shutil

    from governance.reports.render.environment import TEMPLATES

    for file in TEMPLATES.iterdir():
        shutil.copy(file, tmp_path / file.name)
    assert rendered(form, tmp_path) == rendered(form, None)


def test_the_functions_take_plain_values(tmp_path: Path) -> None:
    (tmp_path / "overview.html.j2").write_text(
        "{{ words.moment(report.head.as_of) }}|{{ words.day(report.head.as_of) }}|"
        "{{ words.money({'amount': 123456, 'currency': 'USD'}) }}|{{ words.number(1234567) }}|"
        "{{ words.amount(1234567.0, 'USD') }}|{{ words.percent(0.25) }}|{{ words.years(1) }}|"
        "{{ tr('{count} years', count=3) }}|{{ words.significant(0.12345) }}|{{ words.plain(2.5) }}"
    )
    parts = rendered("html", tmp_path).split("|")
    assert parts[0].endswith(" UTC")
    assert parts[0].startswith(parts[1])
    assert parts[2:4] == ["1,234.56 USD", "1,234,567"]
    assert parts[6:8] == ["1 year", "3 years"]
