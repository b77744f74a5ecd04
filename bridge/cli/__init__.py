"""The `rxbridge` command: reads arguments, prints answers, decides nothing."""
