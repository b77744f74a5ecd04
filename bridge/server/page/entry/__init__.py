"""The way in: which requests may come near the page, who is logged in, which forms are ours."""
