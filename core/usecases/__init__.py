"""What the product does: read, think, write."""
