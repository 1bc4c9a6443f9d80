"""The contestants: a module each, whose `build` takes a `Job` and settings."""
