"""Put the page together: one HTML file with its style, script and data, and a policy that forbids all else.

Texts, labels and names are data of strangers. In the tables they are escaped by the template; the script gets
them as JSON in which no character can end an element, and makes text nodes of them.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark import __version__
from benchmark.behaviour.results import Behaviour
from benchmark.errors import UsageError
from benchmark.kept import KeptRun
from benchmark.page.answers import Said
from benchmark.page.behaviour import Failing, newest
from benchmark.page.data import Content
from benchmark.page.groups import grouped
from benchmark.page.sections import page_of

if TYPE_CHECKING:
    from markupsafe import Markup

SCRIPTS = (
    "state.js",
    "marks.js",
    "text.js",
    "panel.js",
    "errors.js",
    "answers.js",
    "behaviour.js",
    "report.js",
)
"""The parts of the script, in their order; together they are one function."""
STYLE = "report.css"
TEMPLATE = "report.html.j2"
_UNSAFE = re.compile("[<>&\u2028\u2029\ufeff\ufffe\uffff\x7f-\x9f\ud800-\udfff]")
_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")


def report(runs: Sequence[KeptRun], behaviours: Sequence[Behaviour] = ()) -> str:
    """Return the page of some runs as HTML.

    Equal runs give equal pages: the page has no time but those of the runs.

    Parameters
    ----------
    runs
        On tasks.
    behaviours
        Behavioural runs, of which the newest of each detector on each suite is shown. There is at least one
        run of either kind.

    Raises
    ------
    UsageError, DataError
        Where a run cannot be read, its dataset is not at hand, or the plotting library is missing.
    """
    groups, shown = grouped(runs), newest(behaviours)
    page, content, failing = page_of(groups, shown), Content(groups), Failing(shown)
    said = Said(groups, content.index["groups"])
    style, script = _static(STYLE), f'(() => {{\n"use strict";\n{"".join(map(_static, SCRIPTS))}}})();\n'
    values = {
        "page": page,
        "policy": policy(style, script),
        "style": _trusted(style),
        "script": _trusted(script),
        "index": _trusted(embedded(content.index | {"answers": said.index})),
        "blocks": [_trusted(embedded(block)) for block in content.blocks],
        "answers": [_trusted(embedded(block)) for block in said.blocks],
        "suites": _trusted(embedded(failing.index)),
        "failing": [_trusted(embedded(block)) for block in failing.blocks],
        "version": __version__,
    }
    return _UNSHOWN.sub("\ufffd", _template().render(values))


def write(runs: Sequence[KeptRun], path: Path, behaviours: Sequence[Behaviour] = ()) -> None:
    """Write the page of some runs to a file, whole or not at all; see `report`.

    Raises
    ------
    UsageError, DataError
        As `report`, and where the file cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name a file for the report with --output")
    content = report(runs, behaviours).encode()
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def embedded(value: Any) -> str:
    """Return a value as JSON that can stand in an HTML element and in UTF-8, whatever its texts hold.

    What HTML or a browser could take for more than text, and what UTF-8 cannot hold, is escaped.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy of a page: its own style and script, and no more.

    Parameters
    ----------
    style, script
        Exactly what stands between the tags.
    """
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _static(name: str) -> str:
    return files("benchmark.page").joinpath("static", name).read_text(encoding="utf-8")


def _trusted(text: str) -> Any:
    """Return text that the template does not escape: ours, or made safe by `embedded`."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - see the parameters of the callers


def _template() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("benchmark.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["breakable"] = _breakable
    return environment.get_template(TEMPLATE)


def _breakable(text: str) -> Markup:
    """Return a text, escaped, that may go on in another line after its commas, as a specification's name."""
    from markupsafe import Markup, escape

    return escape(text).replace(",", Markup(",<wbr>"))
