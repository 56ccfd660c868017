"""Detectors that are not installed: a class in a module, or in a Python file.

"package.module:Class" is looked for where Python looks, and in the present folder; "./my_detector.py:Class"
is loaded from the file, which may import what lies beside it while it is loaded. What lies beside it is its
own: another file with a neighbour of the same name gets that neighbour.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from benchmark.errors import UsageError, describe, one_line, suggest
from benchmark.fileio import sha256
from benchmark.spec import Spec


@dataclass(frozen=True)
class Found:
    """A class that was found by module or file.

    Parameters
    ----------
    kind
        The class.
    origin
        The distribution that the module is from, else "module", or "script" for a file.
    files
        SHA-256 of the code by what it is called in a record, as it was when it was loaded: "code", and what
        lies beside a script by its name.
    """

    kind: type[object]
    origin: str
    files: Mapping[str, str]


def names_class(spec: Spec) -> bool:
    """Return whether a specification has the form of a class in a module or file, such as "module:Class"."""
    classlike = bool(spec.value) and all(part.isidentifier() for part in spec.value.split("."))
    return classlike and (_is_file(spec) or _is_module(spec.name))


def _is_file(spec: Spec) -> bool:
    return spec.name.endswith(".py")


def _is_module(name: str) -> bool:
    """Return whether a module of that name can be found; a package on the way to it is imported for that."""
    if not all(part.isidentifier() for part in name.split(".")):
        return False
    if "." in name:
        return True  # nothing that is registered has such a name
    with _here():
        return name in sys.modules or find_spec(name) is not None


def load_class(spec: Spec) -> Found:
    """Return the class that a specification names by module or file.

    Raises
    ------
    UsageError
        Where the module cannot be imported, or holds no such class.
    """
    where = f"detector '{spec.name}:{spec.value}'"
    module = _file(spec.name) if _is_file(spec) else _module(spec.name)
    found: object = module
    parts = spec.value.split(".")
    for number, part in enumerate(parts):
        try:
            with redirect_stdout(sys.stderr):  # what a module prints must not stand in our tables
                found = getattr(found, part)
        except AttributeError as error:
            path, near = ".".join(parts[: number + 1]), _classes(found)
            told = suggest(part, near) if near else ""
            raise UsageError(f"{where}: {spec.name} has no '{path}'{told}") from error
        except (Exception, SystemExit) as error:  # a stranger's `__getattr__` may raise anything
            raise UsageError(f"{where}: '{part}' cannot be had: {describe(error)}") from error
    if not isinstance(found, type):
        raise UsageError(f"{where} is no class but {type(found).__name__} {spec.value}: name the class")
    origin = "script" if _is_file(spec) else _distribution(spec.name)
    return Found(found, origin, _FILES[module.__name__])


def _classes(found: object) -> list[str]:
    """Return the names of the classes that a module or class holds; none for what holds no names."""
    return [name for name, value in getattr(found, "__dict__", {}).items() if isinstance(value, type)]


@cache
def _distribution(module: str) -> str:
    found = packages_distributions().get(module.partition(".")[0], ())
    return found[0] if found else "module"


_FILES: dict[str, dict[str, str]] = {}
"""The digests of the code of each module that was loaded here, by its name."""


def _module(name: str) -> ModuleType:
    with _here(), _told(f"module '{name}'"):
        module = import_module(name)
    # Python keeps a module as it was loaded first, so that its digest is kept too.
    _FILES.setdefault(module.__name__, _digest("code", module))
    return module


def _digest(name: str, module: object) -> dict[str, str]:
    source = _source(module)
    return {name: sha256(source.read_bytes())} if source and source.is_file() else {}


def _source(module: object) -> Path | None:
    """Return the file of a module; None where it has none, or what stands in its place is no module."""
    source = vars(module).get("__file__") if isinstance(module, ModuleType) else None
    return Path(source).resolve() if isinstance(source, str) else None


def _file(name: str) -> ModuleType:
    """Return the module that a file makes, run once for each content."""
    path = Path(name).expanduser().resolve()
    if not path.is_file():
        raise UsageError(f"{one_line(name)}: there is no such file")
    digest = hashlib.sha256(str(path).encode() + path.read_bytes()).hexdigest()[:12]
    known = f"framebench_script_{path.stem}_{digest}"
    if known in sys.modules:
        return sys.modules[known]
    found = spec_from_file_location(known, path)
    if found is None or found.loader is None:
        raise UsageError(f"{one_line(name)}: cannot be loaded as Python")
    module = module_from_spec(found)
    before = set(sys.modules)
    sys.modules[known] = module  # as an import does: dataclasses look their module up
    code: dict[str, str] = {}
    try:
        with _looking_in(path.parent), _told(name):
            found.loader.exec_module(module)
        code = _digest("code", module)
    except BaseException:  # whatever ended it, an interrupt too: half a module must not pass for a whole one
        sys.modules.pop(known, None)
        raise
    finally:
        _FILES[known] = code | _parted(path.parent, set(sys.modules) - before - {known})
    return module


def _parted(folder: Path, names: set[str]) -> dict[str, str]:
    """Take what lies in a folder out of the known modules, and return its digests.

    The script that imported it goes on with it; the next script has neighbours of its own.
    """
    files: dict[str, str] = {}
    for name in sorted(names):
        source = _source(sys.modules[name])
        if source is not None and source.is_relative_to(folder):
            files |= _digest(source.relative_to(folder).as_posix(), sys.modules.pop(name))
    return files


def _here() -> AbstractContextManager[None]:
    """Let modules be found in the present folder too, which an installed command does not look in."""
    return _looking_in(Path.cwd())


@contextmanager
def _looking_in(folder: Path) -> Iterator[None]:
    """Let modules be found in a folder first.

    What is loaded meanwhile may change the path itself: it stays so, and loses only what was added here.
    """
    before = sys.path.count(str(folder))
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        if sys.path.count(str(folder)) > before:
            sys.path.remove(str(folder))


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn whatever a stranger's module raises into one line that names it."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        raise UsageError(f"{one_line(what)} cannot be imported: {describe(error)}") from error
