"""The rule language: sentences in two tongues, one tree, and what it says of a cube."""
