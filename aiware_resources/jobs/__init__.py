"""What is known of jobs and done to them, by the entities that make some and by the command."""
