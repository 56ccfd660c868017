"""Metrics: one idea a file, registered in `benchmark.metrics.base.METRICS`."""
