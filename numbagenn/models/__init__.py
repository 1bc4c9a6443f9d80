"""Descriptions of models and snippets, the built-in ones, and initialisers."""
