"""What every chat has in common: requests come in, cards go out."""
