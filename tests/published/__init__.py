"""Packages that Veritone publishes, run against the local aiWARE."""
