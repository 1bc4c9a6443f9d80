"""What a learner turns and draws on, in a notebook.

Without a front end the cells run all the same, and readers of a stored notebook see a still.
"""
