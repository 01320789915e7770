"""Settings, secrets and logging; the only home of the environment."""
