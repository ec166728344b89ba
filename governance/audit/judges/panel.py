"""Who judges: at least three models of families that differ, none of them the subject."""

from __future__ import annotations

import re
from collections.abc import Sequence

from governance.audit.subjects.base import Subject, SubjectInfo, SubjectOptions
from governance.audit.subjects.spec import open_subject
from governance.kernel.errors import InputError
from governance.kernel.value import Value
from governance.scoring.judged import LEAST_JUDGES

FIELD = "judges"
KEY_VARIABLE = "OPENAI_API_KEY"
_FAMILY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_LOCAL = ("hf:", "gguf:")


class Judge(Value):
    """A judge: the family that the user declares, and the spec of the model."""

    family: str
    spec: str

    @property
    def key_variable(self) -> str:
        """Return the environment variable of this judge's key.

        Each judge has its own, so that no provider is sent the key of another.
        """
        return f"{KEY_VARIABLE}_{re.sub(r'[^A-Z0-9]', '_', self.family.upper())}"


def parse_panel(texts: Sequence[str]) -> tuple[Judge, ...]:
    """Return the judges of ``FAMILY=SPEC`` texts.

    Raises InputError for another form, fewer than three, a family or a model that is there twice.
    """
    judges = tuple(_judge(text) for text in texts)
    if len(judges) < LEAST_JUDGES:
        raise InputError(
            f"{len(judges)} judges; at least {LEAST_JUDGES} of different families are needed",
            field=FIELD,
            hint="--judge qwen=openai:URL#MODEL --judge gemma=hf:FOLDER --judge phi=gguf:FILE",
        )
    for name in ("family", "spec"):
        values = [getattr(judge, name) for judge in judges]
        twice = sorted({value for value in values if values.count(value) > 1})
        if twice:
            what = "family" if name == "family" else "model"
            raise InputError(f"the {what} {twice[0]!r} judges twice", field=FIELD)
    return judges


def _judge(text: str) -> Judge:
    family, _, spec = text.partition("=")
    family = family.strip().lower()
    if not spec or not _FAMILY.fullmatch(family):
        raise InputError(
            f"{text!r} is not FAMILY=SPEC",
            field=FIELD,
            hint="for example qwen=openai:http://127.0.0.1:8000/v1#my-model",
        )
    return Judge(family=family, spec=spec)


def require_openable(judge: Judge, options: SubjectOptions) -> None:
    """Raise InputError where a judge's model is not there or cannot run here; loads no model.

    Raises MissingExtraError where a local model lacks its packages.
    """
    if not judge.spec.startswith(_LOCAL):
        open_judge(judge, options).close()
        return
    from governance.audit.subjects.local import require_local

    try:
        require_local(judge.spec, options)
    except InputError as error:
        raise _of_judge(judge, error) from None


def open_judge(judge: Judge, options: SubjectOptions) -> Subject:
    """Return the judge's model with its own key; raises InputError where there is none."""
    try:
        return open_subject(
            judge.spec, options.model_copy(update={"key_variable": judge.key_variable})
        )
    except InputError as error:
        raise _of_judge(judge, error) from None


def require_stranger(judge: Judge, digest: str | None, audited: SubjectInfo) -> None:
    """Raise InputError where the judge is the model whose answers it would judge.

    ``digest``: of the judge's weights; None where they are not known (yet).
    """
    same_weights = digest is not None and digest == audited.digest
    if judge.spec == audited.spec or same_weights:
        raise InputError(
            f"judge {judge.family}: is the model that was audited, and no model judges itself",
            field=FIELD,
        )


def _of_judge(judge: Judge, error: InputError) -> InputError:
    message = f"judge {judge.family}: {error.message}"
    return InputError(message, file=error.file, field=FIELD, hint=error.hint)
