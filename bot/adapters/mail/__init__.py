"""Mail: a letter in two forms, with its chart in it."""
