"""What the detectors of spans share: texts lined up, models of tokens, calibration and decoding."""
