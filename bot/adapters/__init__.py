"""One folder a platform, all of one shape; they never meet."""
