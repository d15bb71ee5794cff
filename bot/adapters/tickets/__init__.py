"""Another system that keeps tickets: told by a signed call, and never twice of the same one."""
