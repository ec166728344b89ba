"""Pages as a browser shows them: nothing cut off, nothing fetched, pictures that are not blank."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from report_samples import sample_overview

from governance.reports.build import Request, render
from governance.reports.kinds import find_kind
from tests.browser import Browser

pytestmark = pytest.mark.chromium


def page_file(folder: Path) -> Path:
    file = folder / "overview.html"
    file.write_bytes(render(find_kind("overview"), sample_overview(), Request(kind="overview")))
    return file


def grey_levels(raw: bytes) -> set[int]:
    """Return the byte values of a PNG's decompressed rows (enough to tell a picture from none)."""
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    data, place = b"", 8
    while place < len(raw):
        length = int.from_bytes(raw[place : place + 4], "big")
        if raw[place + 4 : place + 8] == b"IDAT":
            data += raw[place + 8 : place + 8 + length]
        place += 12 + length
    return set(zlib.decompress(data))


def test_a_screenshot_shows_something(browser: Browser, tmp_path: Path) -> None:
    with browser.page(page_file(tmp_path).as_uri(), 1200, 3000) as page:
        picture = page.picture()
    assert len(picture) > 50_000
    assert len(grey_levels(picture)) > 50


def test_nothing_is_wider_than_a_narrow_screen(browser: Browser, tmp_path: Path) -> None:
    """A page that is wider than the window makes readers scroll sideways."""
    with browser.page(page_file(tmp_path).as_uri(), 500) as page:
        width = page.value("document.documentElement.scrollWidth")
        assert page.value("window.innerWidth") == 500
    assert width <= 500


def test_it_prints_on_few_pages(browser: Browser, tmp_path: Path) -> None:
    with browser.page(page_file(tmp_path).as_uri()) as page:
        data = page.printed()
    assert data.startswith(b"%PDF-")
    assert 2 <= data.count(b"/Type /Page\n") + data.count(b"/Type /Page ") <= 8
