"""What is said to people: sentences by their code, in two tongues."""

from bot.phrases.phrases import say

__all__ = ["say"]
