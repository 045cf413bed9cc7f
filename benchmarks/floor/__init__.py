"""The least that the engine takes for a number of resources: those of a provider that does nothing."""
