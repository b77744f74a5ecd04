"""What the command line tells of itself: help with examples, completion, the reference page."""
