"""The dictionary: what each number means, and where a team's files hold it."""
