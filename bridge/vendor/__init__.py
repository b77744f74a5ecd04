"""What speaking with either vendor has in common; what differs is in each vendor's own package."""
