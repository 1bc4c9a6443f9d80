# The command line
#
# The message is the last line that the command prints as an error.

# %% A batch size of zero -> 2
python -m tutorial_helpers classify --batch-size 0

# %% A number of steps that is not an integer -> 2
python -m tutorial_helpers classify --timesteps 0.5

# %% A folder without weights -> 1
python -m tutorial_helpers classify --weights some/where

# %% An unknown set of weights -> 1
python -m tutorial_helpers evaluate --weights nothing

# %% Recording weights that are not the project's own -> 1
python -m tutorial_helpers evaluate --weights some/where --record

# %% Recording with other numbers of steps -> 1
python -m tutorial_helpers evaluate --record --timesteps 5

# %% No epochs -> 2
python -m tutorial_helpers train --epochs 0

# %% A script that does not exist -> 2
python -m tutorial_helpers run simulation.py

# %% No script -> 2
python -m tutorial_helpers run

# %% A number with 20 digits -> 2
python -m tutorial_helpers classify --images 99999999999999999999

# %% A seed of more than 32 bits -> 2
python -m tutorial_helpers train --seed 4294967296

# %% An empty name -> 2
python -m tutorial_helpers evaluate --weights ""

# %% No workers -> 2
python -m tutorial_helpers classify --workers 0

# %% Workers here and a cluster elsewhere -> 2
python -m tutorial_helpers evaluate --workers 2 --cluster tcp://10.0.0.7:8786

# %% An address without a scheduler -> 1
python -m tutorial_helpers classify --cluster nowhere

# %% Redrawn digits and the first of the test set -> 1
python -m tutorial_helpers classify --digits 1000 --images 10

# %% Workers for a file -> 1
python -m tutorial_helpers classify --image seven.png --workers 2
