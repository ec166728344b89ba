"""What the operating system says of whoever runs the program."""

from __future__ import annotations

import os


def operating_system_user() -> str:
    """Return the name of the user whose rights the process has; no environment variable counts.

    A user without an entry in the system's table is named by the number.
    """
    try:
        import pwd
    except ModuleNotFoundError:  # no POSIX system: the session's own name
        return os.getlogin()
    number = os.geteuid()
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"uid-{number}"
