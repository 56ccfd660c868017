"""Any program as a detector: it reads documents and writes predictions as JSONL on its standard streams."""

from baselines.command.detector import CommandDetector, ProgramError

__all__ = ["CommandDetector", "ProgramError"]
