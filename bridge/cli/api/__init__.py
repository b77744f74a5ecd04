"""Commands that speak with a vendor's API directly, for whoever wants to look for himself."""
