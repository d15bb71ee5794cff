"""Whether a number may be believed at all."""
