"""framebench and scikit-learn: metrics as scorers, classifiers as detectors, detectors as estimators.

- `scorer` makes a metric a scorer for `cross_val_score` and `GridSearchCV`.
- `SklearnDetector` makes any text classifier of scikit-learn a detector for `benchmark.evaluate`.
- `TextClassifier` makes a detector of units an estimator of texts, `DetectorEstimator` any detector one of
  documents.
- `texts_and_labels` and `documents_and_gold` give a dataset's task as scikit-learn wants it.
"""

from __future__ import annotations

from benchmark.sklearn.detector import SklearnDetector
from benchmark.sklearn.estimators import DetectorEstimator, TextClassifier
from benchmark.sklearn.samples import DocumentSamples, TextSamples, documents_and_gold, texts_and_labels
from benchmark.sklearn.scoring import Scorer, scorer

__all__ = [
    "DetectorEstimator",
    "DocumentSamples",
    "Scorer",
    "SklearnDetector",
    "TextClassifier",
    "TextSamples",
    "documents_and_gold",
    "scorer",
    "texts_and_labels",
]
