"""Baseline detectors, one family a file; they know `benchmark.model` and libraries, nothing else."""
