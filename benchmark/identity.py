"""Which code a detector is: where it comes from, and the digests of the files that it depends on."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from benchmark.classes import load_class, names_class
from benchmark.detectors import DETECTORS, MODEL, class_of, is_stored, told
from benchmark.errors import DetectorError
from benchmark.fileio import file_sha256, read_bytes, sha256
from benchmark.model import Detector
from benchmark.spec import Given, Spec, files_of


def origin_of(spec: Spec) -> str:
    """Return where a detector comes from.

    That is the distribution, or else "module", "script" for a file, "model" for a trained model's folder, or
    "object" for one that was handed over.
    """
    if isinstance(spec, Given):
        return "object"
    if spec.name in DETECTORS:
        return DETECTORS.origin(spec.name)
    return load_class(spec).origin if names_class(spec) else "model"


def files_of_detector(spec: Spec, detector: Detector | None = None) -> dict[str, str]:
    """Return the SHA-256 of each file that a detector depends on, by what it is to it.

    Parameters
    ----------
    spec
        Its specification.
    detector
        What was built of it, which may name further files by an attribute `code_files`.

    Returns
    -------
    dict
        The file of each parameter that is one, the record of a trained model, the source of a class in a
        module or file.
    """
    if is_stored(spec):
        return {"model": sha256(read_bytes(Path(spec.name) / MODEL))}
    files, code = _code_files(spec, detector), dict[str, str]()
    if isinstance(spec, Given):
        source = inspect.getsourcefile(type(spec.instance)) if _has_source(spec.instance) else None
        files |= {"code": Path(source)} if source else {}
    else:
        code = dict(load_class(spec).files) if spec.name not in DETECTORS else {}
        kind, named = class_of(spec)
        files |= files_of(kind, named)
    return code | {key: file_sha256(path) for key, path in files.items() if path.is_file()}


def unshown_of(spec: Spec, detector: Detector) -> tuple[str, ...]:
    """Return those of the parameters that were given which tables need not show: they can change no answer.

    Parameters
    ----------
    spec
        Its specification.
    detector
        What was built of it, which may name such parameters by an attribute `unshown`.

    Raises
    ------
    DetectorError
        Where it does not name them by a collection of texts.
    """
    with told(spec.name, "unshown"):
        names: object = getattr(detector, "unshown", frozenset())
    if not isinstance(names, set | frozenset | tuple | list) or not all(isinstance(n, str) for n in names):
        raise DetectorError(f"detector '{spec}': its unshown is {names!r}, and no collection of parameters")
    return tuple(key for key, _ in spec.parameters if key in names)


def _has_source(instance: object) -> bool:
    """Return whether an object's class stands in a file, and not in a session or an extension."""
    module = sys.modules.get(type(instance).__module__)
    return getattr(module, "__file__", None) is not None


def _code_files(spec: Spec, detector: Detector | None) -> dict[str, Path]:
    """Return the files that a detector says it depends on.

    Raises
    ------
    DetectorError
        Where it does not say so by a mapping of names to paths.
    """
    with told(spec.name, "code_files"):
        files = dict(getattr(detector, "code_files", {}))
    if not all(isinstance(key, str) and isinstance(path, Path) for key, path in files.items()):
        raise DetectorError(f"detector '{spec}': its code_files are {files!r}, and no paths by their names")
    return files
