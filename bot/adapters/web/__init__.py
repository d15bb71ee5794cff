"""The web console: a chat beside a live board, on one page, pushed by server-sent events."""
