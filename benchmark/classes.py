"""Detectors that are not installed: a class in a module, or in a Python file.

"package.module:Class" is looked for where Python looks, and in the present folder; "./my_detector.py:Class"
is loaded from the file, which may import what lies beside it.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from benchmark.errors import UsageError, how_to_install, one_line, suggest
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
    source
        The file that it stands in; None where that is not known.
    """

    kind: type[object]
    origin: str
    source: Path | None


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
    for part in spec.value.split("."):
        if not hasattr(found, part):
            classes = [name for name, value in vars(found).items() if isinstance(value, type)]
            raise UsageError(f"{where}: {spec.name} has no '{part}'{suggest(part, classes)}")
        found = getattr(found, part)
    if not isinstance(found, type):
        raise UsageError(f"{where} is no class but {type(found).__name__} {spec.value}: name the class")
    source = getattr(module, "__file__", None)
    origin = "script" if _is_file(spec) else _distribution(spec.name)
    return Found(found, origin, Path(source) if source else None)


@cache
def _distribution(module: str) -> str:
    found = packages_distributions().get(module.partition(".")[0], ())
    return found[0] if found else "module"


def _module(name: str) -> ModuleType:
    with _here(), _told(f"module '{name}'"):
        return import_module(name)


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
    sys.modules[known] = module  # as an import does: dataclasses look their module up
    sys.path.insert(0, str(path.parent))
    try:
        with _told(name):
            found.loader.exec_module(module)
    except UsageError:
        del sys.modules[known]
        raise
    finally:
        sys.path.remove(str(path.parent))
    return module


@contextmanager
def _here() -> Iterator[None]:
    """Let modules be found in the present folder too, which an installed command does not look in."""
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        yield
    finally:
        sys.path.remove(here)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn whatever a stranger's module raises into one line that names it."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        problem = f"{type(error).__name__}: {error}".removesuffix(": ")
        hint = how_to_install(error) if isinstance(error, ImportError) else ""
        raise UsageError(one_line(f"{what} cannot be imported: {problem}{hint}")) from error
