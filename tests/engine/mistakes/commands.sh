# The command line
#
# What comes after the arrow in the source of this page is the exit status; the last line of what is
# printed as an error is shown.

# %% No command -> 2
python -m tutorial_helpers

# %% An unknown command -> 2
python -m tutorial_helpers clasify

# %% A batch size of zero -> 2
python -m tutorial_helpers classify --batch-size 0

# %% A number of steps that is not an integer -> 2
python -m tutorial_helpers classify --timesteps 0.5

# %% A folder without weights -> 1
python -m tutorial_helpers classify --weights nowhere

# %% A script that there is not -> 2
python -m tutorial_helpers run simulation.py

# %% A version of PyGeNN that there is not -> 2
python -m tutorial_helpers run --api 3 simulation.py
