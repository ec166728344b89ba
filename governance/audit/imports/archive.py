"""Reading ZIP members, also those compressed by Zstandard (method 93), which many tools cannot."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from governance.kernel.errors import InputError, MissingExtraError

ZSTANDARD = 93
MAX_MEMBER = 256 * 1024 * 1024
MAX_TOTAL = 1024 * 1024 * 1024
MAX_MEMBERS = 100_000
MAX_RATIO = 250  # of members over FREE_SIZE; logs compress by 10 to 50
FREE_SIZE = 16 * 1024 * 1024
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")


def read_members(path: Path) -> dict[str, bytes]:
    """Return the members of a ZIP file by name.

    Raises InputError for a broken archive, one with a name twice, or one that unpacks to more than
    the limits here; MissingExtraError where Zstandard is needed and the package is not there.
    """
    try:
        with zipfile.ZipFile(path) as archive, path.open("rb") as stream:
            _check_sizes(archive.infolist(), str(path))
            return {info.filename: _member(archive, stream, info) for info in archive.infolist()}
    except (zipfile.BadZipFile, struct.error, zlib.error, NotImplementedError, EOFError) as error:
        raise InputError(f"is no readable archive: {error}", file=str(path)) from error


def _check_sizes(members: list[zipfile.ZipInfo], file: str) -> None:
    """Refuse what would unpack without measure, before any of it is unpacked."""
    if len(members) > MAX_MEMBERS:
        raise InputError(f"holds more than {MAX_MEMBERS:,} members", file=file)
    names: set[str] = set()
    for info in members:
        if info.filename in names:
            raise InputError(f"{info.filename!r} stands in it twice", file=file)
        names.add(info.filename)
        if info.file_size > MAX_MEMBER:
            raise InputError(f"{info.filename!r} is larger than 256 MiB", file=file)
        if info.file_size > FREE_SIZE and info.file_size > MAX_RATIO * info.compress_size:
            raise InputError(f"{info.filename!r} unpacks to over {MAX_RATIO} times", file=file)
        if info.flag_bits & 1:
            raise InputError(f"{info.filename!r} is encrypted", file=file)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, ZSTANDARD):
            raise InputError(f"{info.filename!r} is compressed in an unknown way", file=file)
    if sum(info.file_size for info in members) > MAX_TOTAL:
        raise InputError("unpacks to more than 1 GiB", file=file)


def _member(archive: zipfile.ZipFile, stream: BinaryIO, info: zipfile.ZipInfo) -> bytes:
    if info.compress_type != ZSTANDARD:
        return archive.read(info)
    stream.seek(info.header_offset)
    header = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    stream.seek(header[9] + header[10], 1)
    raw = _zstandard(stream.read(info.compress_size), info.file_size)
    if zlib.crc32(raw) != info.CRC:
        raise InputError(f"{info.filename!r} is damaged", file=stream.name)
    return raw


def _zstandard(data: bytes, size: int) -> bytes:
    """Unpack a member, never more of it than the archive says and one byte."""
    try:
        import zstandard
    except ModuleNotFoundError:
        raise MissingExtraError("a log with Zstandard members", "audit-inspect") from None
    try:
        unpacking = zstandard.ZstdDecompressor(max_window_size=MAX_MEMBER)
        raw: bytes = unpacking.stream_reader(io.BytesIO(data)).read(size + 1)
    except zstandard.ZstdError as error:
        raise InputError(f"a member cannot be decompressed: {error}") from None
    return raw
