"""The helpers of the tutorials: data, weights, networks."""

from tutorial_helpers.cluster import classify_many
from tutorial_helpers.data import batches, load_mnist, load_weights
from tutorial_helpers.inference import accuracy, classify
from tutorial_helpers.models import build_classifier
from tutorial_helpers.redrawn_digits import RedrawnDigits

weights = [np.zeros((784, 128)), np.zeros((128, 10))]
images, labels = np.zeros((6, 784), np.uint8), np.zeros(6, np.uint8)

# %% An unknown part of MNIST -> ValueError
load_mnist("validation")

# %% An unknown set of weights -> FileNotFoundError
load_weights("nothing")

# %% A folder without weights -> FileNotFoundError
load_weights("some/where")

# %% Weights whose layers do not fit together -> ValueError
build_classifier([np.zeros((784, 128)), np.zeros((64, 10))])

# %% A vector as weights -> ValueError
build_classifier([np.zeros(784)])

# %% Batches of zero images -> ValueError
batches(images, labels, 0)

# %% More images than labels -> ValueError
batches(images, labels[:5], 2)

# %% Images of another size -> ValueError
classify(build_classifier([np.zeros((4, 3))]), images)

# %% Images of floating-point numbers -> TypeError
classify(build_classifier([np.zeros((784, 3))]), images / 255.0)

# %% No time steps -> ValueError
classify(build_classifier([np.zeros((784, 3))]), images, timesteps=0)

# %% Predictions for other images -> ValueError
accuracy(np.zeros(5), labels)

# %% A block that is not made of grey levels -> BadBlocksError
classify_many([images, images / 255.0], [np.zeros((784, 3))])

# %% Digits one by one instead of arrays of them -> TypeError
classify_many([[0] * 784, [0] * 784], [np.zeros((784, 3))])

# %% No redrawn digits -> ValueError
RedrawnDigits(0)
