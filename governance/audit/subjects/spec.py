"""From ``hf:...``, ``gguf:...``, ``openai:...`` and ``replay:...`` to a subject."""

from __future__ import annotations

from pathlib import Path

from governance.audit.subjects.base import Subject, SubjectOptions
from governance.kernel.errors import InputError

KINDS = ("hf", "gguf", "openai", "replay")


def open_subject(spec: str, options: SubjectOptions) -> Subject:
    """Return the subject that a spec names; raises InputError where there is none."""
    kind, _, rest = spec.partition(":")
    if kind not in KINDS or not rest:
        raise InputError(
            f"{spec!r} names no model",
            field="model",
            hint="hf:FOLDER, gguf:FILE, openai:URL#MODEL or replay:FOLDER",
        )
    if kind == "openai":
        from governance.audit.subjects.endpoint import open_endpoint

        return open_endpoint(spec, options)
    if kind == "replay":
        from governance.audit.subjects.replay import ReplaySubject

        return ReplaySubject(spec, Path(rest))
    from governance.audit.subjects.local import open_local

    return open_local(spec, options)
