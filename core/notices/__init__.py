"""What must be heard and why, the queue it waits in, and where it is shown."""
