"""The aiohttp application's parts: port, routing, dispatch, bodies, health, metrics. Knows no provider."""
