"""How who acts was known, in the words that events keep as `via`."""

from __future__ import annotations

LOCAL = "local"
LOCAL_NAME = "local:"  # how the name of a database's owner who is no principal begins
BY_TOKEN = "token:"  # noqa: S105 - how `via` begins, no secret
BY_ISSUER = "issuer:"
