"""The classifier's question to a model: instructions, the incident, the form of the answer."""

from __future__ import annotations

import time

from governance.kernel.completions import Endpoint, Sleep
from governance.kernel.completions import complete as ask


def complete(
    endpoint: Endpoint,
    system: str,
    user: str,
    schema: dict[str, object],
    *,
    sleep: Sleep = time.sleep,
) -> str:
    """Return the text of the first choice; raises StorageError on every outside failure."""
    body = {
        "temperature": 0,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": user},
        ],
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "coding", "schema": schema},
        },
    }
    return ask(endpoint, body, sleep=sleep).text
