"""What somebody needs once, before the house runs: an app for Slack, and somebody to say what is still missing."""
