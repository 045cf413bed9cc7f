"""What the commands share: exit codes, options, printing, and how errors end."""
