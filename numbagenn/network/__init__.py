"""What a model is made of: populations, synapses, current sources, custom updates."""
