"""What a settings file may set: one of the present folder, which may come from anybody, little."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from governance.kernel.errors import InputError
from governance.kernel.settings_files import SETTINGS_OPTION, SettingsFile, user_file

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


class SetHere:
    """Marks a setting that a file in the present folder may set; every other is refused there.

    That folder may come from anybody. A mark is for what chooses no actor, database, key or code.
    """


class SetInsideHere(SetHere):
    """The same for a path, which then lies inside the present folder."""


def values_of(file: SettingsFile, fields: Mapping[str, FieldInfo]) -> dict[str, Any]:
    """Return what a file sets; raises InputError on a name that is no setting or not its to set."""
    values, name = file.values(), str(file.path)
    for field, value in values.items():
        if field not in fields:
            raise InputError("is no setting", file=name, field=field)
        if file.trusted:
            continue
        mark = next((one for one in fields[field].metadata if isinstance(one, SetHere)), None)
        if mark is None:
            raise InputError(
                "may not be set by a file in the present folder, which may come from anybody",
                file=name,
                field=field,
                hint=_elsewhere(field),
            )
        if isinstance(mark, SetInsideHere) and isinstance(value, str):
            values[field] = _path_in_present_folder(value, file=name, field=field)
    return values


def _path_in_present_folder(text: str, *, file: str, field: str) -> Path:
    """Return the whole path of what a file of the present folder names.

    Raises InputError where that lies elsewhere, also by way of a symbolic link: a folder that
    came from outside would have a report show, or the program read, any file of the machine.
    """
    try:
        here = Path.cwd().resolve()
        path = (here / text).resolve()
    except (OSError, ValueError, RuntimeError):
        raise InputError("is no path", file=file, field=field) from None
    if not path.is_relative_to(here):
        raise InputError(
            "lies outside the present folder", file=file, field=field, hint=_elsewhere(field)
        )
    return path


def _elsewhere(field: str) -> str:
    """Return where a setting may be set that the present folder may not set."""
    return (
        f"set it in {user_file()}, in a file that {SETTINGS_OPTION} names, "
        f"or as UNDERWRITER_{field.upper()}"
    )
