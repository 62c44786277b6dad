"""The documents for callers: OpenAPI and the page, made from the providers' tables."""
