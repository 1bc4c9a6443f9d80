"""What maintainers run from the root of the repository: see ``README.md`` beside this file."""
