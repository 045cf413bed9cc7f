"""The content of the data folder: the database and the files; and the forms of ids."""
