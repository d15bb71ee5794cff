"""What can be said: one parser, one permission check, one register."""
