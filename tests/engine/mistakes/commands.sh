# The command line
#
# The last line of what is printed as an error.

# %% A batch size of zero -> 2
python -m tutorial_helpers classify --batch-size 0

# %% A number of steps that is not an integer -> 2
python -m tutorial_helpers classify --timesteps 0.5

# %% A folder without weights -> 1
python -m tutorial_helpers classify --weights nowhere

# %% A script that there is not -> 2
python -m tutorial_helpers run simulation.py

# %% No script -> 2
python -m tutorial_helpers run
