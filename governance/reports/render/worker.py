"""Fills one template; run as a program, it does so within limits of memory and time."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def filled(request: dict[str, Any]) -> str:
    """Return the page of a request made by `apart.fill`; the context's document is changed."""
    from governance.reports.render.environment import make_environment, render_template
    from governance.reports.render.plain import formatting, with_markup
    from governance.reports.words import load_words

    def render(block: Any) -> Any:
        return block["markdown"]

    format_as = formatting(load_words(request["language"]))
    folder = request["templates"]
    environment = make_environment(
        None if folder is None else Path(folder),
        markdown=request["markdown"],
        functions=frozenset({*format_as.values(), render}),
    )
    context = dict(request["context"])
    with_markup(context["document"])
    context["words"] = {**format_as, "language": request["language"]}
    context["tr"] = format_as["tr"]
    if request["markdown"]:
        context["render"] = render
    return render_template(environment, request["names"], context)


def limit() -> None:
    """Bound memory, processor time and files of this process, where that can be done."""
    try:
        import resource
    except ImportError:  # not a POSIX system: the caller's time limit is left
        return
    from governance.reports.render.limits import MAX_MEMORY_BYTES, MAX_SECONDS

    seconds = int(MAX_SECONDS) + 5
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Answer the one request on standard input with a page or with what is wrong."""
    request = json.load(sys.stdin)  # noqa: TID251 - our own request, not a document
    sys.path[:] = request.pop("path")
    from governance.kernel.errors import InputError

    limit()
    try:
        answer: dict[str, Any] = {"page": filled(request)}
    except InputError as error:
        names = ("file", "line", "field", "hint")
        fault = {name: getattr(error, name) for name in names}
        answer = {"error": {"message": error.message, **fault}}
    except MemoryError:
        message = "the template fails: it takes too much memory"
        answer = {"error": {"message": message, "file": request["names"][0]}}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
