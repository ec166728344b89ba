"""PDF from the HTML page, by WeasyPrint (extra ``pdf``)."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from governance.kernel.errors import MissingExtraError

_EPOCH = "SOURCE_DATE_EPOCH"


def render_pdf(page: str, identifier: bytes) -> bytes:
    """Return the printed page; the identifier makes equal reports equal files.

    Raises MissingExtraError where WeasyPrint (or a library it needs) is not installed. Nothing is
    fetched: only ``data:`` addresses are followed.
    """
    try:
        weasyprint: Any = importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise MissingExtraError("PDF", "pdf") from error
    fetcher = weasyprint.urls.URLFetcher(allowed_protocols=frozenset({"data"}))
    document = weasyprint.HTML(string=page, url_fetcher=fetcher)
    with _fonts_of_no_date():
        result: bytes = document.write_pdf(pdf_identifier=identifier, pdf_variant="pdf/ua-1")
    return result


@contextmanager
def _fonts_of_no_date() -> Iterator[None]:
    """Keep the moment of subsetting, which fontTools writes into each font, out of the file."""
    before = os.environ.get(_EPOCH)
    os.environ[_EPOCH] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EPOCH]
        else:
            os.environ[_EPOCH] = before
