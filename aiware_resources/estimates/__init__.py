"""How long the media are that jobs work on, and what that costs: before an update runs them."""
