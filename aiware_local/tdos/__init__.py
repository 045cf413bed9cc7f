"""TDOs (temporal data objects), their assets, and the transcripts in them."""
