"""What a detector learned, as files: `spans.json` with all settings and `spans.npz` with all weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct
from numpy.typing import NDArray

from baselines.spans.calibration import Calibration
from baselines.spans.decoding import Decoding
from baselines.spans.layer_model import ANY, LayerModel
from baselines.spans.learner import Learner
from baselines.spans.naming import Naming, restore_names
from baselines.spans.question import Question
from baselines.storage import ArrayKind, read_model, write_model

FILE = "spans"
VERSION = 1

_NAMING: Mapping[str, ArrayKind] = {"known": ("int32", 1), "weights": ("float64", 2), "bias": ("float64", 1)}
_Chance = Annotated[float, Meta(ge=0, le=1)]
_Arrays = Mapping[str, NDArray[Any]]


class _Member(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    slopes: tuple[float, float, float]
    shift: float


class _Question(Struct, frozen=True, forbid_unknown_fields=True):
    high: _Chance
    low: _Chance
    gap: Annotated[int, Meta(ge=0)]
    members: Annotated[tuple[_Member, ...], Meta(min_length=1)]


class _Layer(Struct, frozen=True, forbid_unknown_fields=True):
    questions: Annotated[dict[str, _Question], Meta(min_length=1)]
    labels: Annotated[tuple[str, ...], Meta(min_length=1)] | None


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The settings of a detector.

    Parameters
    ----------
    detector
        Its name.
    seed
        What it was trained with.
    members
        The names of its learners.
    layers
        What was learned, by layer.
    """

    detector: str
    seed: Annotated[int, Meta(ge=0, lt=1 << 32)]
    members: tuple[str, ...]
    layers: Annotated[dict[str, _Layer], Meta(min_length=1)]


def write_layers(
    folder: Path, detector: str, seed: int, learners: Sequence[Learner], models: Mapping[str, LayerModel]
) -> None:
    """Write all layers of a detector into a folder that exists.

    Raises
    ------
    ValueError
        Where no layer was learned.
    OSError
        Where a file cannot be written.
    """
    if not models:
        raise ValueError(f"detector '{detector}' has learned no layer, so that there is nothing to save")
    names = tuple(learner.name for learner in learners)
    arrays: dict[str, NDArray[Any]] = {}
    layers = {}
    for number, (layer, model) in enumerate(models.items()):
        questions = {
            label: _write_question(question, names, f"{number}.{place}", arrays)
            for place, (label, question) in enumerate(model.questions.items())
        }
        if model.naming is not None:
            _add(arrays, f"{number}.naming", model.naming.arrays())
        layers[layer] = _Layer(questions, None if model.naming is None else model.naming.labels)
    write_model(folder, FILE, VERSION, Header(detector, seed, names, layers), arrays)


def _write_question(
    question: Question, names: Sequence[str], prefix: str, arrays: dict[str, NDArray[Any]]
) -> _Question:
    members = []
    for place, (name, (model, calibration)) in enumerate(zip(names, question.models, strict=True)):
        _add(arrays, f"{prefix}.{place}", model.arrays())
        members.append(_Member(name, calibration.slopes, calibration.shift))
    decoding = question.decoding
    return _Question(decoding.high, decoding.low, decoding.gap, tuple(members))


def _add(arrays: dict[str, NDArray[Any]], prefix: str, more: Mapping[str, NDArray[Any]]) -> None:
    arrays.update({f"{prefix}.{name}": array for name, array in more.items()})


def read_header(folder: Path, detector: str) -> Header:
    """Return the settings of a stored detector.

    Raises
    ------
    ValueError
        Where the file is broken or another detector's; the message names it.
    """
    header, _ = read_model(folder, FILE, VERSION, Header, {})
    if header.detector != detector:
        raise ValueError(f"{folder / FILE}.json: a model of detector '{header.detector}', not '{detector}'")
    return header


def read_layers(folder: Path, header: Header, learners: Sequence[Learner]) -> dict[str, LayerModel]:
    """Return the layers of a stored detector.

    Raises
    ------
    ValueError
        Where a file is broken; the message names it.
    """
    by_name = {learner.name: learner for learner in learners}
    arrays = read_model(folder, FILE, VERSION, Header, _kinds(folder, header, by_name))[1]
    try:
        return {
            layer: _read_layer(stored, number, arrays, by_name)
            for number, (layer, stored) in enumerate(header.layers.items())
        }
    except ValueError as error:
        raise ValueError(f"{folder / FILE}.npz: broken: {error}; train the model again") from error


def _kinds(folder: Path, header: Header, learners: Mapping[str, Learner]) -> dict[str, ArrayKind]:
    kinds: dict[str, ArrayKind] = {}
    for number, layer in enumerate(header.layers.values()):
        for place, question in enumerate(layer.questions.values()):
            for member, stored in enumerate(question.members):
                if stored.name not in learners:
                    raise ValueError(f"{folder / FILE}.json: unknown member '{stored.name}'")
                prefix = f"{number}.{place}.{member}"
                kinds |= {f"{prefix}.{name}": kind for name, kind in learners[stored.name].kinds.items()}
        if (layer.labels is not None) != (list(layer.questions) == [ANY]):
            raise ValueError(f"{folder / FILE}.json: labels belong to layers of spans, and to no others")
        if layer.labels is not None:
            kinds |= {f"{number}.naming.{name}": kind for name, kind in _NAMING.items()}
    return kinds


def _read_layer(stored: _Layer, number: int, arrays: _Arrays, learners: Mapping[str, Learner]) -> LayerModel:
    questions = {}
    for place, (label, question) in enumerate(stored.questions.items()):
        models = tuple(
            (
                learners[member.name].restore(_under(arrays, f"{number}.{place}.{index}.")),
                Calibration(member.slopes, member.shift),
            )
            for index, member in enumerate(question.members)
        )
        questions[label] = Question(models, Decoding(question.high, question.low, question.gap))
    naming: Naming | None = None
    if stored.labels is not None:
        naming = restore_names(stored.labels, _under(arrays, f"{number}.naming."))
    return LayerModel(questions, naming)


def _under(arrays: _Arrays, prefix: str) -> dict[str, NDArray[Any]]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
