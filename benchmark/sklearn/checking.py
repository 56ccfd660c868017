"""Whether an estimator can be a detector: an object, that classifies, and that takes texts."""

from __future__ import annotations

from typing import Any

from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from benchmark.errors import UsageError, one_line, shortened

EXAMPLE = "make_pipeline(TfidfVectorizer(), LogisticRegression())"


def check_text_classifier(estimator: Any, name: str) -> None:
    """Refuse what cannot learn labels from texts, before it is given any.

    An estimator of others that says nothing of itself by scikit-learn's tags is taken at its word.

    Parameters
    ----------
    estimator
        A pipeline or another estimator.
    name
        What the message calls the detector.

    Raises
    ------
    UsageError
        Which says what to give instead.
    """
    where = f"detector '{name}'"
    if isinstance(estimator, type):
        kind = estimator.__name__
        raise UsageError(f"{where}: {kind} is a class; give an object of it: {kind}()")
    if not hasattr(estimator, "fit") or not hasattr(estimator, "get_params"):
        given = one_line(shortened(repr(estimator)))
        raise UsageError(f"{where}: {given} is no estimator of scikit-learn; give a pipeline: {EXAMPLE}")
    if not _classifies(estimator):
        last, first = _named(estimator, -1), type(estimator).__name__
        what = f"{first} ends with {last}, which" if isinstance(estimator, Pipeline) else first
        raise UsageError(f"{where}: {what} is no classifier; give a pipeline that ends with one: {EXAMPLE}")
    if _takes_numbers_alone(estimator):
        what = _named(_inner(estimator), 0)
        raise UsageError(
            f"{where}: {what} takes numbers, and texts are learned from; begin with a vectorizer: {EXAMPLE}"
        )


def _classifies(estimator: Any) -> bool:
    try:
        return bool(is_classifier(estimator))
    except AttributeError:  # an estimator of others that has no tags
        return hasattr(estimator, "predict")


def _takes_numbers_alone(estimator: Any) -> bool:
    """Return whether the texts come first to one of scikit-learn's own estimators that takes numbers alone.

    Its own say by their tags what they take. Others' have the tags of the base class whatever they take, and
    so have those that hand their input on, such as a union of vectorizers.
    """
    first = _inner(estimator)
    while isinstance(first, Pipeline):
        first = _inner(first.steps[0][1])
    if not type(first).__module__.startswith("sklearn.") or not hasattr(first, "get_params"):
        return False
    if any(_holds_estimators(value) for value in first.get_params(deep=False).values()):
        return False
    tags = get_tags(first)
    return bool(tags.input_tags.two_d_array and not tags.input_tags.string and not tags.no_validation)


def _inner(estimator: Any) -> Any:
    """Return what an estimator around another one is around: a search, or one against the rest."""
    while type(estimator).__module__.startswith("sklearn.") and hasattr(estimator, "estimator"):
        estimator = estimator.estimator
    return estimator


def _holds_estimators(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_holds_estimators(part) for part in value)
    return hasattr(value, "fit")


def _named(estimator: Any, step: int) -> str:
    """Return the class of a pipeline's step, or of another estimator."""
    part = estimator.steps[step][1] if isinstance(estimator, Pipeline) else estimator
    return part if isinstance(part, str) else type(part).__name__
