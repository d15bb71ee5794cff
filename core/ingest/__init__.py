"""Files as teams really keep them, made into clean tables."""
