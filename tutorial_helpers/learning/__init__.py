"""Learning."""
from tutorial_helpers.learning.epochs import Epoch, learn
from tutorial_helpers.learning.network import LearningNetwork, random_weights
