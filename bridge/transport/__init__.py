"""Carries requests to the vendors over HTTP: within their limits, once where once matters."""
