"""Code strings: read, checked, and translated to Python."""
