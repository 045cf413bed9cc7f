"""One local aiWARE, and one call to it: settings, faults, tokens, catalogue, media; errors and lists of its API."""
