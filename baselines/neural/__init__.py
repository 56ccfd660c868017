"""Transformer models as detectors; nothing here imports torch before a model is loaded or trained."""
