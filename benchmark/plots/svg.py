"""A figure as SVG for a page: text that stays text, in the page's colours, allowed by a strict policy."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree

from matplotlib.figure import Figure

from benchmark.plots.files import encoded
from benchmark.plots.style import INK, clean

_SPACE, _LINK = "http://www.w3.org/2000/svg", "{http://www.w3.org/1999/xlink}href"
_PIXELS_A_POINT = 96 / 72
_SIZE = re.compile(r"(?P<before>.*?)(?P<size>[\d.]+)px\b")
_LONG = re.compile(r"-?\d+\.\d{3,}")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_NO_TURN = re.compile(r"rotate\(-?0 [^)]*\)")


def svg_inline(figure: Figure, title: str, description: str) -> str:
    """Return a figure as an SVG element that can stand in an HTML page.

    It has no style attribute, no style element, no script and no reference to anything outside, so that it is
    shown under a strict Content-Security-Policy. Axes and text are in `currentColor` and in the page's own
    typeface, and there is no ground, so that it can be read on a dark page too. The same figure gives the
    same text.

    Parameters
    ----------
    figure
        One of this package's.
    title
        Its name, which a screen reader says; different for each plot of a page.
    description
        What can be seen in it, in words.

    Returns
    -------
    str
        `<svg class="plot" role="img" …>`, as wide and high as the figure in CSS pixels. Its ids begin with
        one of its own.
    """
    title, description = clean(title), clean(description)
    source = encoded(figure, "svg", transparent=True)
    own = hashlib.sha256(b"\0".join((source, title.encode(), description.encode()))).hexdigest()[:12]
    root = ElementTree.fromstring(source)  # noqa: S314 - what was just written here
    _strip(root)
    for element in root.iter():
        _presented(element)
        _shortened(element)
    _identified(root, f"plot-{own}")
    _named(root, f"plot-{own}", title, description)
    return ElementTree.tostring(root, encoding="unicode")


def _strip(root: ElementTree.Element) -> None:
    """Leave out metadata, style elements and the file's own title; names lose their namespace."""
    for parent in root.iter():
        for child in list(parent):
            if child.tag.rpartition("}")[2] in ("metadata", "style", "title"):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        if _LINK in element.attrib:
            element.set("href", element.attrib.pop(_LINK))


def _presented(element: ElementTree.Element) -> None:
    """Put the attributes of SVG in the place of a style attribute; ink becomes the page's colour."""
    given = (rule.partition(":") for rule in element.attrib.pop("style", "").split(";") if ":" in rule)
    rules = {name.strip(): value.strip() for name, _, value in given}
    short = _SIZE.match(rules.pop("font", ""))  # how matplotlib before 3.11 writes what follows
    if short:
        rules["font-size"] = f"{short['size']}px"
        rules |= {"font-weight": "bold"} if re.search("bold|700", short["before"]) else {}
        rules |= {"font-style": "italic"} if "italic" in short["before"] else {}
    rules.pop("font-family", None)
    for name, value in rules.items():
        element.set(name, value)
    for name in ("fill", "stroke"):
        if element.get(name) == INK:
            element.set(name, "currentColor")


def _shortened(element: ElementTree.Element) -> None:
    """Write places with two decimals, a fifth of a printed dot, and leave out turns by nothing."""
    for name in ("d", "x", "y", "width", "height", "transform", "points"):
        if name in element.attrib:
            value = _LONG.sub(lambda found: f"{float(found[0]):.2f}", element.attrib[name])
            element.set(name, " ".join(value.split()))
    if _NO_TURN.fullmatch(element.get("transform", "")):
        del element.attrib["transform"]


def _identified(root: ElementTree.Element, own: str) -> None:
    """Keep only the ids that something refers to, under names that no other plot of a page has."""
    names: dict[str, str] = {}

    def named(found: str) -> str:
        return names.setdefault(found, f"{own}-{len(names)}")

    for element in root.iter():
        for key, value in element.attrib.items():
            if key == "href" and value.startswith("#"):
                element.set(key, f"#{named(value[1:])}")
            elif key in ("fill", "clip-path"):
                element.set(key, _REFERENCE.sub(lambda found: f"url(#{named(found[1])})", value))
    for element in root.iter():
        given = element.attrib.pop("id", None)
        if given in names:
            element.set("id", names[given])


def _named(root: ElementTree.Element, own: str, title: str, description: str) -> None:
    """Give the picture a name and a description, and what its parts inherit."""
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    root.attrib.clear()
    root.attrib |= {
        "xmlns": _SPACE,
        "class": "plot",
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{width * _PIXELS_A_POINT:.0f}",
        "height": f"{height * _PIXELS_A_POINT:.0f}",
        "fill": "currentColor",
        "stroke-linejoin": "round",
        "stroke-linecap": "butt",
        "role": "img",
        "aria-label": title,
        "aria-describedby": f"{own}-description",
    }
    head = ElementTree.Element("title")
    head.text = title
    about = ElementTree.Element("desc", {"id": f"{own}-description"})
    about.text = description
    root[:0] = [head, about]
