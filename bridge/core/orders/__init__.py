"""What to do next about one pharmacy order: `decide.next_step`, the heart of the bridge."""
