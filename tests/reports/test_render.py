from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from report_pages import faults_of, words_of
from report_samples import sample_overview

from governance.kernel.errors import InputError, MissingExtraError
from governance.kernel.settings import Settings
from governance.reports.build import Request, render
from governance.reports.kinds import find_kind
from governance.reports.render.pdf import render_pdf
from governance.reports.schema import report_schema
from governance.reports.theme import Theme, logo_uri, readable_colour, theme_from

GOLDEN = Path(__file__).parent / "golden"
SVG_LOGO = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
Build = Callable[..., str]


def rendered(form: str, **options: object) -> str:
    request = Request(kind="overview", format=form, **options)  # type: ignore[arg-type]
    return render(find_kind("overview"), sample_overview(), request).decode()


@pytest.mark.parametrize("form", ["html", "md", "json", "csv"])
def test_golden_files(form: str) -> None:
    """UNDERWRITER_TEST_WRITE_GOLDEN=1 writes them anew; look at the difference first."""
    file = GOLDEN / f"overview.{form}"
    text = rendered(form)
    if os.environ.get("UNDERWRITER_TEST_WRITE_GOLDEN") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text == file.read_bytes().decode()


def test_the_page_is_sound() -> None:
    assert faults_of(rendered("html")) == []


def test_every_figure_of_the_page_stands_in_the_text_form_too() -> None:
    page, text = words_of(rendered("html")), " ".join(rendered("md").split())
    for figure in ("4.00 M USD", "17.0 M USD", "exceeded", "of 16 registered"):
        assert figure in page
        assert figure in text


def test_json_obeys_its_published_schema() -> None:
    schema = report_schema("overview")
    jsonschema.Draft202012Validator.check_schema(schema)
    data = json.loads(rendered("json"))
    jsonschema.Draft202012Validator(schema).validate(data)
    assert data["coverage"] == {"verified": 9, "declared": 14, "not_assessed": 87}


def test_csv_carries_raw_values() -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv"), newline="")))
    mean = next(r for r in rows if r["item"] == "portfolio" and r["measure"] == "mean")
    assert (float(mean["value"]), mean["unit"], mean["source"]) == (4_000_000.0, "USD", "S2")


def test_a_user_template_overrides_ours_and_gets_no_markup_through(tmp_path: Path) -> None:
    (tmp_path / "overview.md.j2").write_text(
        "{% for agent in report.agents.agents[:1] %}{{ agent.name }}{% endfor %} {{ '<b>' }}"
    )
    assert rendered("md", templates=tmp_path) == "Example agent 0a &lt;b\\>"
    (tmp_path / "overview.html.j2").write_text("<p>{{ document.title }} {{ '<b>' }}</p>")
    assert rendered("html", templates=tmp_path) == "<p>AI risk overview &lt;b&gt;</p>"


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ nothing_like_it }}", "is undefined"),
        ("{{ report.nothing }}", "no attribute"),
        ("{% if %}", "broken template"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ report.__class__ }}", "unsafe"),
        ("{{ '<script>' | safe }}", "No filter named 'safe'"),
        ("{{ range(10000000) | list }}", "too big"),
        ("{{ 1 / 0 }}", "division"),
    ],
)
def test_a_bad_template_is_one_clear_error(tmp_path: Path, template: str, message: str) -> None:
    (tmp_path / "overview.html.j2").write_text(template)
    with pytest.raises(InputError, match=message) as caught:
        rendered("html", templates=tmp_path)
    assert "overview.html.j2" in str(caught.value)


def test_a_missing_template_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        rendered("html", templates=tmp_path / "none")


def test_the_theme_comes_from_the_settings(tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_bytes(SVG_LOGO)
    settings = Settings(
        report_organisation="A <b>Ltd</b>", report_logo=logo, report_accent_colour="#005f40"
    )
    page = rendered("html", theme=theme_from(settings))
    assert "A &lt;b&gt;Ltd&lt;/b&gt;" in page
    assert "--accent: #005f40" in page
    assert 'src="data:image/svg+xml;base64,' in page
    assert "<script" not in page
    assert faults_of(page) == []


def test_pale_colours_and_strange_logos_are_refused(tmp_path: Path) -> None:
    assert readable_colour("#767676") == "#767676"
    with pytest.raises(InputError, match="contrast"):
        readable_colour("#777777")
    text = tmp_path / "logo.txt"
    text.write_text("hello")
    with pytest.raises(InputError, match="neither SVG nor PNG"):
        logo_uri(text)
    with pytest.raises(InputError, match="cannot be read"):
        logo_uri(tmp_path / "none.png")
    large = tmp_path / "large.png"
    large.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 600_000)
    with pytest.raises(InputError, match="larger"):
        logo_uri(large)
    for name in (tmp_path, Path("/dev/zero")):
        with pytest.raises(InputError, match="is no file"):
            logo_uri(name)


def test_a_large_overview_names_how_many_agents_it_leaves_out() -> None:
    report = sample_overview()
    row = report.agents.agents[0]
    many = tuple(row.model_copy(update={"name": f"agent {index}"}) for index in range(100))
    agents = report.agents.model_copy(update={"agents": many})
    larger = report.model_copy(update={"agents": agents})
    page = render(find_kind("overview"), larger, Request(kind="overview")).decode()
    assert "90 more agents" in page


def test_pdf_without_weasyprint_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(MissingExtraError) as caught:
        render_pdf("<p>x</p>", b"1")
    assert caught.value.extra == "pdf"


def test_pdf_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("weasyprint")
    page = "<!DOCTYPE html><html lang='en'><title>t</title><h1>Title</h1><p>Text</p></html>"
    first = render_pdf(page, b"1")
    assert first.startswith(b"%PDF-")
    monkeypatch.setattr("fontTools.misc.timeTools.time.time", lambda: 1.9e9)
    assert render_pdf(page, b"1") == first


def test_a_whole_report_prints_as_pdf() -> None:
    pytest.importorskip("weasyprint")
    request = Request(kind="overview", format="pdf", theme=Theme(organisation="A Ltd"))
    data = render(find_kind("overview"), sample_overview(), request)
    assert data.startswith(b"%PDF-")


def test_pdf_fetches_nothing() -> None:
    pytest.importorskip("weasyprint")
    data = render_pdf('<img src="http://127.0.0.1:9/x.png" alt="x"><p>still there</p>', b"1")
    assert data.startswith(b"%PDF-")
