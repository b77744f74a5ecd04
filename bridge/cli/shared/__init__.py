"""What several commands need: settings, store, event loop, and how answers look."""
