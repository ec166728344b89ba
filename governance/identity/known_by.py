"""How who acts was known, in the words that events keep as `via`."""

from __future__ import annotations

LOCAL = "local"
BY_TOKEN = "token:"  # noqa: S105 - how `via` begins, no secret
BY_ISSUER = "issuer:"
