"""The aiohttp application: callback, phone pages, simulator, health."""
