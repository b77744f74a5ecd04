"""The bridge's own HTTP side: webhooks in; health, metrics and the page out. Decides nothing."""
