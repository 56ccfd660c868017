"""Make a dataset folder of texts and annotators' files.

`python -m benchmark.packaging SOURCE TARGET --template TEMPLATE.json` packages any annotated articles; the
shipped datasets were made by it, each from the `source.json` in its folder. Equal input gives equal bytes.
"""

from benchmark.packaging.build import build, package

__all__ = ["build", "package"]
