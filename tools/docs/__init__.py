"""The documentation: what of it is made from the code, and how it becomes a site.

`python -m tools.docs` brings the generated parts of docs/ up to date; `mkdocs build` makes the site.
"""
