"""What lies in the data folder: records, files, and the ids of both."""
