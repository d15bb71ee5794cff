"""One question asked of the warehouse, and its answer as arrays of slices by periods."""
