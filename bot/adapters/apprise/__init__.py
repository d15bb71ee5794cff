"""SMS, ntfy and webhooks, by Apprise."""
