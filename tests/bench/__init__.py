"""The measurements of docs/performance.md: `python -m bench` makes them anew."""
