"""The products of the organisation's shop at the simulated PharmaOne."""
