"""Entrance HTTP: the hosted services' protocols over our own service. Knows no chat, and draws nothing itself."""
