"""Export formats, and the files of a finished export on disk."""
