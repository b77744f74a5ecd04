"""What happens by the clock: sweeps, searches, reloading and forgetting."""
