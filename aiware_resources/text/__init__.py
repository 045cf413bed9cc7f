"""Values as people write them and read them."""
