"""Telegram, by polling or webhook."""
