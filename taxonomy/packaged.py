"""The editions that come with the program: the current one, compiled for speed, and earlier ones.

The YAML files are the source. ``data/compiled.json`` is the same edition ready to load, and
carries the digest of the sources it was made from; where a source has changed since, the YAML
files are read instead, so that an edit takes effect at once (``python -m taxonomy``
compiles anew, and ``taxonomy check`` fails while it is due).
"""

from __future__ import annotations

import json
from functools import lru_cache

from governance.kernel.errors import InputError, NotFoundError
from taxonomy.files import COMPILED, edition_names, read_bytes, sources_digest
from taxonomy.model import Ontology
from taxonomy.snapshot import from_json, read


@lru_cache(maxsize=1)
def load() -> Ontology:
    """Return the current edition; read once per process."""
    data = _compiled()
    if data is not None and data.get("sources") == sources_digest():
        return from_json(data)
    from taxonomy.compile import compile_sources

    return compile_sources()


@lru_cache(maxsize=8)
def load_edition(name: str) -> Ontology:
    """Return a packaged edition by name; raises NotFoundError that lists them.

    One that `taxonomy export --format json` wrote is read by `taxonomy.snapshot.read`.
    """
    current = load()
    if name in (current.edition, "current"):
        return current
    if name in edition_names():
        return read(read_bytes(f"editions/{name}.json").decode(), f"edition {name}")
    known = ", ".join([*edition_names(), current.edition])
    raise NotFoundError(
        f"{name!r} is no known edition", hint=f"known: {known}; or give an exported .json file"
    )


def editions() -> list[str]:
    """Return the names of all packaged editions, oldest first."""
    return [*edition_names(), load().edition]


def compiled_is_current() -> bool:
    """Return whether the compiled file fits the sources and its own digest."""
    data = _compiled()
    if data is None or data.get("sources") != sources_digest():
        return False
    try:
        read(json.dumps(data), COMPILED)
    except InputError:
        return False
    return True


def _compiled() -> dict[str, object] | None:
    try:
        data = json.loads(read_bytes(COMPILED))
    except (FileNotFoundError, ValueError):
        return None
    return data if isinstance(data, dict) else None
