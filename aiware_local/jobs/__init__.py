"""Jobs and their tasks: how they are made, move on with time, and what they have found."""
