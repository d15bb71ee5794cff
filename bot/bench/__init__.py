"""How fast the road from facts to verdicts is, held against references that need no server."""
