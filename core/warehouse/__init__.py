"""Facts taken in once, and questions answered as cubes."""
