"""Jinja environments: strict, escaping, and closed: only what is listed here can be reached.

Jinja's own sandbox hides names with underscores; every other attribute and method of an object is
open in it. Here it is the other way: nothing is open but the keys of dicts, the items of lists,
and the names below.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateAssertionError,
    TemplateError,
    TemplateSyntaxError,
    Undefined,
    nodes,
)
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from governance.kernel.errors import InputError
from governance.reports.inert import markdown_text
from governance.reports.render.limits import MAX_DIGITS, Meter, count_steps

TEMPLATES = Path(__file__).parent.parent / "templates"
_OF_TEXTS = (
    "capitalize e escape float forceescape int lower replace string title trim truncate upper"
)
_OF_MANY = """abs batch count d default dictsort first groupby items join last length list map max
min reject rejectattr reverse round select selectattr slice sort sum unique wordcount"""
_TESTS = """boolean defined divisibleby eq equalto even false float ge greaterthan gt in integer
iterable le lessthan lower lt mapping ne none number odd sequence string true undefined upper
== != > >= < <="""
_LOOP = "depth depth0 first index index0 last length nextitem previtem revindex revindex0"
TEXT_FILTERS = frozenset(_OF_TEXTS.split())
FILTERS = TEXT_FILTERS | frozenset(_OF_MANY.split())
TESTS = frozenset(_TESTS.split())
GLOBALS = frozenset({"range", "namespace"})
LOOP_ATTRIBUTES = frozenset(_LOOP.split())


class MarkdownMarkup(str):
    """Text that is Markdown already."""

    __slots__ = ()


def escape_markdown(value: Any) -> str:
    """Return what a Markdown template may print: markup as it is, anything else escaped."""
    return value if isinstance(value, MarkdownMarkup) else markdown_text(str(value))


class ClosedEnvironment(ImmutableSandboxedEnvironment):
    """Opens keys and items of plain data, our functions and a template's own macros, no more."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self, meter: Meter, functions: frozenset[Callable[..., Any]], **options: Any):
        super().__init__(**options)
        self.meter = meter
        self.functions = functions
        self.filters = {name: self.filters[name] for name in FILTERS}
        for name in TEXT_FILTERS:
            self.filters[name] = _of_texts(name, self.filters[name])
        self.filters[count_steps.__name__] = count_steps
        self.tests = {name: self.tests[name] for name in TESTS}
        self.globals = {name: self.globals[name] for name in GLOBALS}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what ``obj.attribute`` means in a template: a key, or a name that is listed."""
        if isinstance(obj, Undefined):
            return str(obj)  # raises what is missing
        if attribute.startswith("_"):
            return self.unsafe_undefined(obj, attribute)
        if isinstance(obj, dict):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in LOOP_ATTRIBUTES:
            return getattr(obj, attribute)
        if isinstance(obj, TemplateModule) and attribute in vars(obj):
            return vars(obj)[attribute]
        if isinstance(obj, TemplateReference):
            return self._item(obj, attribute)
        if isinstance(obj, Namespace):
            return getattr(obj, attribute, self.undefined(obj=obj, name=attribute))
        if isinstance(obj, BlockReference) and attribute == "super":
            return obj.super
        return self.unsafe_undefined(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return ``obj[argument]`` of a list, a text or a dict; anything else as `getattr`."""
        if isinstance(obj, list | tuple | str) and isinstance(argument, int):
            return self._item(obj, argument)
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, dict):
            return self._item(obj, argument)
        return self.undefined(obj=obj, name=argument)

    def _item(self, obj: Any, argument: Any) -> Any:
        try:
            return obj[argument]
        except (LookupError, TypeError, AttributeError):
            return self.undefined(obj=obj, name=argument)

    def is_safe_callable(self, obj: Any) -> bool:
        """Return whether a template may call this: a macro, a block or one of our functions."""
        if isinstance(obj, Macro | BlockReference | LoopContext):
            return True
        known = (*self.functions, *self.globals.values())
        return any(obj is function for function in known)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Reckon with numbers of a bounded size; texts and lists are not multiplied."""
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise SecurityError(f"{operator} is for numbers only")
        size = right if operator == "**" else 1
        if any(abs(value) >= 10**MAX_DIGITS for value in (left, right)) or abs(size) > MAX_DIGITS:
            raise SecurityError(f"a number is too large for {operator}")
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        switched = (nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)
        for node in tree.find_all(switched):
            raise TemplateAssertionError(
                "a template cannot switch off escaping", node.lineno, name, filename
            )
        self._count(tree)
        return tree

    def _count(self, tree: nodes.Template) -> None:
        """Let each template, loop body, macro and block count its runs and its own text."""
        counted = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block)
        found: list[Any] = [tree, *tree.find_all(counted)]
        for node in found:
            weight = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
            value = nodes.Const(weight, lineno=node.lineno)
            name = count_steps.__name__
            step = nodes.Filter(value, name, [], [], None, None, lineno=node.lineno)
            node.body.insert(0, nodes.ExprStmt(step, lineno=node.lineno))


def _of_texts(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that takes no list: one that holds itself twice, and so on, has no end."""

    @wraps(function)  # which keeps Jinja's marks on the function too
    def run(*values: Any, **named: Any) -> Any:
        if any(isinstance(value, list | tuple | dict) for value in values):
            raise SecurityError(f"the filter {name} is for texts and numbers")
        return function(*values, **named)

    return run


def make_environment(
    user_folder: Path | None,
    *,
    markdown: bool,
    functions: frozenset[Callable[..., Any]] = frozenset(),
) -> ClosedEnvironment:
    """Return an environment; a template in the user's folder goes before ours of that name.

    A missing name is an error, not an empty place. No template, ours or the user's, can let stored
    text through as markup. Templates of the user are counted and timed; ours are not.
    """
    folders = [TEMPLATES] if user_folder is None else [_existing(user_folder), TEMPLATES]
    meter = Meter(limited=user_folder is not None)

    def printed(value: Any) -> Any:
        if isinstance(value, Undefined):
            return str(value)  # raises what is missing
        if not (value is None or isinstance(value, str | int | float)):
            raise SecurityError(f"a {type(value).__name__} is no text: name one of its fields")
        meter.write(len(value) if isinstance(value, str) else 1)
        return escape_markdown(value) if markdown else value

    return ClosedEnvironment(
        meter,
        functions,
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        undefined=StrictUndefined,
        autoescape=not markdown,
        finalize=printed,
        keep_trailing_newline=True,
    )


def render_template(
    environment: ClosedEnvironment, names: list[str], context: dict[str, Any]
) -> str:
    """Render the first template that exists; raises InputError naming the template's fault."""
    try:
        template: Template = environment.select_template(names)
        return template.render(context)
    except TemplateSyntaxError as error:
        raise InputError(
            f"broken template: {error.message}", file=error.filename, line=error.lineno
        ) from error
    except TemplateError as error:
        raise InputError(f"the template cannot be filled: {error}", file=names[0]) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise InputError(f"the template fails: {error}", file=names[0]) from error
    except RecursionError as error:
        raise InputError("the template fails: it calls itself", file=names[0]) from error


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise InputError("no such folder", file=str(folder), field="report_templates")
    return folder
