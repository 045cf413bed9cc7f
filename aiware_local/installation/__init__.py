"""One local aiWARE and one call to it: settings, faults, tokens, catalogue; how its API refuses and pages."""
