// The network, in the arithmetic of the engine: float32, and sums in ascending order of the neurons.
//
// A Float32Array rounds what is stored in it. The sum of two of its numbers is first taken in double
// precision, which is precise enough that rounding it again gives what adding in float32 gives.

export const SIZES = [784, 128, 10];
export const GREY_LEVELS_PER_MILLIVOLT = 100;

/**
 * A population of neurons.
 * @typedef {object} Layer
 * @property {Float32Array} voltage in mV
 * @property {Float32Array} input of the last step, in mV
 * @property {Uint32Array} counts spikes of each neuron since the last reset
 * @property {Uint16Array} spiking neurons that spiked in the last step, in ascending order; the first
 *   `numSpiking` of the array. These spikes are in flight: they arrive in the next step.
 * @property {number} numSpiking
 */

/**
 * @typedef {object} Network
 * @property {Float32Array[]} weights a matrix for each pair of layers, row by row, in mV
 * @property {number} threshold in mV
 * @property {Layer[]} layers
 * @property {number} steps how many have passed since the last reset
 */

/**
 * Make a network at rest, without an image.
 * @param {Float32Array[]} weights
 * @returns {Network}
 */
export function makeNetwork(weights) {
  const layers = SIZES.map((size) => ({
    voltage: new Float32Array(size),
    input: new Float32Array(size),
    counts: new Uint32Array(size),
    spiking: new Uint16Array(size),
    numSpiking: 0,
  }));
  return { weights, threshold: 5, layers, steps: 0 };
}

/**
 * Cut a file into the matrices of weights, which follow one another.
 * @param {ArrayBuffer} file
 * @returns {Float32Array[]}
 */
export function readWeights(file) {
  const all = new Float32Array(file);
  const numFirst = SIZES[0] * SIZES[1];
  return [all.subarray(0, numFirst), all.subarray(numFirst)];
}

/**
 * Turn grey levels into the currents of the input neurons. They stay until the next image.
 * @param {Network} network
 * @param {ArrayLike<number>} image 784 grey levels
 */
export function showImage(network, image) {
  const currents = network.layers[0].input;
  for (let n = 0; n < currents.length; n++) currents[n] = image[n] / GREY_LEVELS_PER_MILLIVOLT;
}

/**
 * Set voltages and counts to zero. What is in flight stays in flight, and so the reset is incomplete.
 * @param {Network} network
 */
export function resetVariables(network) {
  for (const layer of network.layers) {
    layer.voltage.fill(0);
    layer.counts.fill(0);
  }
  network.steps = 0;
}

/**
 * Remove the spikes in flight.
 * @param {Network} network
 */
export function dropSpikes(network) {
  for (const layer of network.layers) layer.numSpiking = 0;
}

/**
 * Simulate one step of 1 ms.
 * @param {Network} network
 */
export function step(network) {
  const { layers, weights } = network;
  // All arrivals come before any new spike: a spike takes one step to travel.
  for (let n = 1; n < layers.length; n++) receive(layers[n - 1], layers[n], weights[n - 1]);
  const threshold = Math.fround(network.threshold);
  for (const layer of layers) update(layer, threshold);
  network.steps++;
}

/**
 * Add up the weights of the spikes that arrive.
 * @param {Layer} before
 * @param {Layer} after
 * @param {Float32Array} weights
 */
function receive(before, after, weights) {
  const { input } = after;
  const size = input.length;
  input.fill(0);
  for (let n = 0; n < before.numSpiking; n++) {
    const row = before.spiking[n] * size;
    for (let post = 0; post < size; post++) input[post] += weights[row + post];
  }
}

/**
 * Integrate and fire.
 * @param {Layer} layer
 * @param {number} threshold
 */
function update(layer, threshold) {
  const { voltage, input, counts, spiking } = layer;
  let numSpiking = 0;
  for (let n = 0; n < voltage.length; n++) {
    voltage[n] += input[n];
    if (voltage[n] >= threshold) {
      voltage[n] = 0;
      counts[n]++;
      spiking[numSpiking++] = n;
    }
  }
  layer.numSpiking = numSpiking;
}

/**
 * Show an image to a network at rest, and count the spikes of its output neurons after every step.
 * @param {Network} network
 * @param {ArrayLike<number>} image
 * @param {number} steps
 * @returns {Uint8Array} a row of ten counts for each step
 */
export function countsOverTime(network, image, steps) {
  const output = network.layers[SIZES.length - 1];
  const counts = new Uint8Array(steps * output.counts.length);
  resetVariables(network);
  dropSpikes(network);
  showImage(network, image);
  for (let n = 0; n < steps; n++) {
    step(network);
    counts.set(output.counts, n * output.counts.length);
  }
  return counts;
}

/**
 * How often an input neuron spikes in a step, on average over 100 steps, for each grey level.
 * @param {number} threshold
 * @returns {Float32Array} 256 rates
 */
export function ratesOfGreys(threshold) {
  const rates = new Float32Array(256);
  const voltage = new Float32Array(1);
  const limit = Math.fround(threshold);
  for (let grey = 1; grey < 256; grey++) {
    const current = Math.fround(grey / GREY_LEVELS_PER_MILLIVOLT);
    voltage[0] = 0;
    for (let n = 0; n < 100; n++) {
      voltage[0] += current;
      if (voltage[0] >= limit) {
        voltage[0] = 0;
        rates[grey] += 0.01;
      }
    }
  }
  return rates;
}
