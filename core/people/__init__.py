"""Who works here: persons, the roles they hold, and the slices they answer for."""
