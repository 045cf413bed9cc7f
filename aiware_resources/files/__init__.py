"""Files that a program keeps on disk."""
