"""The commands of ``python -m tutorial_helpers``, a module for each.

``add_parser`` describes a command and its options, and ``run`` does it. Modules that take long to
import are imported when a command runs, so that ``--help`` and wrong options are answered at once.
"""
