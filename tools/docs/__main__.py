"""Brings the generated parts of docs/ up to date."""

from __future__ import annotations

from tools.docs.pages import out_of_date

for page, text in out_of_date().items():
    page.write_text(text, encoding="utf-8")
    print(f"{page.name}: brought up to date")
