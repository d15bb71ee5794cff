"""Ready sets of metrics, rules, roles and data, each with a story that is held to account."""
