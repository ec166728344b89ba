"""How an organisation's reports look: its name, logo and accent colour."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING

from governance.kernel.errors import InputError
from governance.kernel.value import Value

if TYPE_CHECKING:
    from governance.kernel.settings import Settings

MAX_LOGO_BYTES = 512 * 1024
MIN_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
_PNG = b"\x89PNG\r\n\x1a\n"


class Theme(Value):
    """Name, logo (a data URI) and accent colour."""

    organisation: str | None = None
    logo: str | None = None
    accent: str = "#1f4e79"


def theme_from(settings: Settings) -> Theme:
    """Return the theme of the settings; raises InputError on a bad logo or a pale colour."""
    return Theme(
        organisation=settings.report_organisation,
        logo=None if settings.report_logo is None else logo_uri(settings.report_logo),
        accent=readable_colour(settings.report_accent_colour),
    )


def readable_colour(colour: str) -> str:
    """Return the colour, or raise InputError where white paper and it have too little contrast."""
    contrast = 1.05 / (luminance(colour) + 0.05)
    if contrast < MIN_CONTRAST:
        raise InputError(
            f"{colour} has a contrast of {contrast:.1f} to 1 against white",
            field="report_accent_colour",
            hint=f"text needs at least {MIN_CONTRAST} to 1: take a darker colour",
        )
    return colour


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def logo_uri(path: Path) -> str:
    """Return an SVG or PNG file as a data URI; scripts inside it do not run in an image."""
    if path.exists() and not path.is_file():
        raise InputError("is no file", file=str(path), field="report_logo")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_LOGO_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", file=str(path), field="report_logo"
        ) from error
    if len(data) > MAX_LOGO_BYTES:
        raise InputError(
            f"larger than {MAX_LOGO_BYTES // 1024} KiB", file=str(path), field="report_logo"
        )
    if data.startswith(_PNG):
        kind = "image/png"
    elif b"<svg" in data[:2000]:
        kind = "image/svg+xml"
    else:
        raise InputError("is neither SVG nor PNG", file=str(path), field="report_logo")
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
