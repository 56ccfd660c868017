"""Language models as detectors: prompts, requests, and what is read from the replies."""
