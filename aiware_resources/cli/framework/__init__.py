"""Things that the commands share: the root command and its exit codes, options, printing, and the session."""
