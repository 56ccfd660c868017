"""Metrics: one idea a file, registered here by reference, so that none is imported before it is used."""

from __future__ import annotations

from benchmark.metrics.base import METRICS, LabelSet, Metric, has_gold

__all__ = ["METRICS", "LabelSet", "Metric", "has_gold"]

METRICS.register("ptc_si", "benchmark.metrics.ptc:PtcSi")
METRICS.register("ptc_flc", "benchmark.metrics.ptc:PtcFlc")
METRICS.register("exact", "benchmark.metrics.span:Exact")
METRICS.register("overlap", "benchmark.metrics.span:Overlap")
METRICS.register("character", "benchmark.metrics.span:Character")
METRICS.register("token", "benchmark.metrics.span:Token")
METRICS.register("semeval13_strict", "benchmark.metrics.semeval13:SemEval13Strict")
METRICS.register("semeval13_exact", "benchmark.metrics.semeval13:SemEval13Exact")
METRICS.register("semeval13_partial", "benchmark.metrics.semeval13:SemEval13Partial")
METRICS.register("semeval13_type", "benchmark.metrics.semeval13:SemEval13Type")
METRICS.register("classification", "benchmark.metrics.label:Classification")
METRICS.register("multilabel", "benchmark.metrics.label:MultiLabel")
METRICS.register("given_spans", "benchmark.metrics.given:GivenSpans")
