"""Sentences for people, in Chinese and English, and numbers as each writes them."""
