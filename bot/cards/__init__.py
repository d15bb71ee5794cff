"""What is shown: one function from values to a card."""
