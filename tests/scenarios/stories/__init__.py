"""Stories that are the same on every platform: who says what, and what each person then sees."""
