"""The files of a fleet: captions and results of each entry, in one folder, by key."""
