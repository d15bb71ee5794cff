"""Pictures of numbers: what to draw, and drawing it."""
