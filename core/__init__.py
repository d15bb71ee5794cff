"""Core decides: plain functions over frozen values, and the ports through which the world is asked."""
