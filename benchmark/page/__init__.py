"""The report as one self-contained HTML page: scores, texts with their marks, errors, provenance.

`groups` says which runs stand side by side, `marks` what of each text is right and wrong, `data` makes JSON
of it, `sections` the tables and figures, `build` the page.
"""
