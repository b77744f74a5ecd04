"""The whole bridge in a deterministic simulation: real code, lying vendors, a clock of its own."""
