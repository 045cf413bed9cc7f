"""Export requests: their formats, and how their files are made."""
