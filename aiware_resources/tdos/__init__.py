"""What a TDO is made of: its content, its assets, and uploads."""
