"""Recognition of speech: listeners, which are processes of their own, and how the local aiWARE uses them."""
