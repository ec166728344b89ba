"""Write the database of this version, for the tests of later ones.

`python -m tests.golden.make_previous FOLDER` runs the story in FOLDER and writes
`tests/data/previous.sql.gz` (SQLite's own dump) and `tests/data/previous.backup`
(what `underwriter db backup` writes; it restores on SQLite and on PostgreSQL). The folder's name
is in the ledger, where evidence was named, so give one that says nothing, such as /tmp/previous.

The files in the repository were made on revision 0020 by the story of that version, in which who
acted was the name in UNDERWRITER_ACTOR, before principals, one truth of authority and the
operations; they are kept as they are. All incidents in them are invented.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from tests.golden.script import DATABASE, HERE, tell

DATA = HERE.parent / "data"


def main(folder: Path) -> None:
    """Tell the story and keep its database twice."""
    tell(folder)
    with closing(sqlite3.connect(folder / DATABASE)) as connection:
        text = "\n".join(connection.iterdump()) + "\n"
    dump = gzip.compress(text.encode(), compresslevel=9, mtime=0)
    (DATA / "previous.sql.gz").write_bytes(dump)
    shutil.copy(folder / "golden.backup", DATA / "previous.backup")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
