"""Measure how well software finds slanted wording, weak sourcing and framing in news text."""

__version__ = "0.1.0"
