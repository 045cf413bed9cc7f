"""What people write first: a dynamic provider that waits for the job inside ``create``."""
