// A closer look at one hidden neuron: its weights, what excites it, its voltage, what it says.

import { SIDE } from "./digit.js";
import { ratesOfGreys, SIZES } from "./network.js";
import { drawImage } from "./pad.js";
import { css } from "./theme.js";

const [NUM_INPUT, NUM_HIDDEN, NUM_OUTPUT] = SIZES;
const MOST_STEPS = 100;

/**
 * Voltages of all hidden neurons in a run so far.
 * @typedef {object} History
 * @property {Float32Array} voltages 128 for each step
 * @property {Uint8Array} spikes 1 where a neuron spiked
 * @property {number} steps
 */

/**
 * @typedef {object} NeuronView
 * @property {HTMLElement} root
 * @property {Float32Array[]} weights
 * @property {import("./pad.js").Sample[]} samples
 * @property {number} neuron
 * @property {History} history
 * @property {number} limit the weight, in mV, that has the fullest colour
 * @property {string} font of what is written beside the plots
 */

/**
 * @param {HTMLElement} root
 * @param {Float32Array[]} weights
 * @param {import("./pad.js").Sample[]} samples
 * @returns {NeuronView}
 */
export function makeNeuronView(root, weights, samples) {
  // A few large weights would leave all others pale. One of 16 tells how large the others are.
  const sizes = weights[0].filter((_, n) => n % 16 === 0).map(Math.abs).sort();
  const limit = sizes[Math.floor(0.995 * sizes.length)];
  const history = {
    voltages: new Float32Array(MOST_STEPS * NUM_HIDDEN),
    spikes: new Uint8Array(MOST_STEPS * NUM_HIDDEN),
    steps: 0,
  };
  const font = `13px ${getComputedStyle(root).fontFamily}`;
  return { root, weights, samples, neuron: 0, history, limit, font };
}

/**
 * Remember the voltages after a step.
 * @param {History} history
 * @param {import("./network.js").Network} network
 */
export function remember(history, network) {
  const { voltage, spiking, numSpiking } = network.layers[1];
  const first = (network.steps - 1) * NUM_HIDDEN;
  history.voltages.set(voltage, first);
  history.spikes.fill(0, first, first + NUM_HIDDEN);
  for (let n = 0; n < numSpiking; n++) history.spikes[first + spiking[n]] = 1;
  history.steps = network.steps;
}

/**
 * What an image adds to a hidden neuron in a step, on average.
 * @typedef {object} Drive
 * @property {number} up in mV, through weights above zero
 * @property {number} down in mV, through weights below zero
 */

/**
 * @param {Float32Array} weights
 * @param {number} neuron
 * @param {ArrayLike<number>} image
 * @param {Float32Array} rates of the input neurons, for each grey level
 * @returns {Drive}
 */
export function driveOf(weights, neuron, image, rates) {
  let [up, down] = [0, 0];
  for (let n = 0; n < NUM_INPUT; n++) {
    const added = weights[n * NUM_HIDDEN + neuron] * rates[image[n]];
    if (added > 0) up += added;
    else down += added;
  }
  return { up, down };
}

/**
 * Show all that depends on the neuron, the image and the threshold.
 * @param {NeuronView} view
 * @param {ArrayLike<number>} image
 * @param {number} threshold
 * @param {import("./theme.js").Colours} colours
 */
export function showNeuron(view, image, threshold, colours) {
  const { root, weights, samples, neuron, limit } = view;
  const find = (/** @type {string} */ name) => root.querySelector(`.live-${name}`);
  const canvas = (/** @type {string} */ name) => /** @type {HTMLCanvasElement} */ (find(name));
  const rates = ratesOfGreys(threshold);
  const own = Float32Array.from({ length: NUM_INPUT }, (_, n) => weights[0][n * NUM_HIDDEN + neuron]);
  drawSigned(canvas("weights"), own, limit, colours);
  const added = own.map((weight, n) => weight * rates[image[n]]);
  drawSigned(canvas("drive"), added, limit * rates[255], colours);
  const { up, down } = driveOf(weights[0], neuron, image, rates);
  const millivolts = (/** @type {number} */ value) => Math.abs(value).toFixed(1);
  const adds = `This image raises it by ${millivolts(up)} mV in a step and lowers it by ${millivolts(down)} mV, on average.`;
  write(find("drive-words"), up || down ? adds : "Draw a digit to see what it adds.");

  const drives = samples.map((sample, number) => {
    const drive = driveOf(weights[0], neuron, sample.image, rates);
    return { number, total: drive.up + drive.down };
  });
  const best = drives.sort((a, b) => b.total - a.total).slice(0, 3);
  root.querySelectorAll(".live-favourite").forEach((favourite, n) => {
    drawImage(/** @type {HTMLCanvasElement} */ (favourite), samples[best[n].number].image, colours.ink);
  });
  const labels = best.map(({ number }) => samples[number].label);
  write(find("favourite-words"), `Of the thirty digits, these drive it most: ${labels[0]}, ${labels[1]} and ${labels[2]}.`);

  drawSays(canvas("says"), weights[1].subarray(neuron * NUM_OUTPUT, (neuron + 1) * NUM_OUTPUT), colours, view.font);
  showVoltage(view, threshold, MOST_STEPS, colours);
}

/**
 * @param {Element | null} element
 * @param {string} text
 */
function write(element, text) {
  if (element) element.textContent = text;
}

/**
 * Draw numbers for all pixels: blue above zero, grey below.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} values
 * @param {number} limit
 * @param {import("./theme.js").Colours} colours
 */
function drawSigned(canvas, values, limit, { paper, blue, below }) {
  const image = new ImageData(SIDE, SIDE);
  values.forEach((value, n) => {
    const full = Math.min(Math.abs(value) / limit, 1);
    const goal = value > 0 ? blue : below;
    for (let part = 0; part < 3; part++) {
      image.data[4 * n + part] = paper[part] + (goal[part] - paper[part]) * full;
    }
    image.data[4 * n + 3] = 255;
  });
  canvas.getContext("2d")?.putImageData(image, 0, 0);
}

/**
 * Prepare a canvas for drawing in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 */
function prepared(canvas) {
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  const [width, height] = [Number(canvas.dataset.width), Number(canvas.dataset.height)];
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (canvas.width !== width * scale) [canvas.width, canvas.height] = [width * scale, height * scale];
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setLineDash([]);
  return { context, width, height };
}

/**
 * Draw the ten weights of its spikes, a bar for each digit.
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} weights
 * @param {import("./theme.js").Colours} colours
 * @param {string} font
 */
function drawSays(canvas, weights, colours, font) {
  const { context, width, height } = prepared(canvas);
  const most = weights.reduce((large, weight) => Math.max(large, Math.abs(weight)), 0);
  const [pitch, middle] = [width / NUM_OUTPUT, (height - 18) / 2];
  context.font = font;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  weights.forEach((weight, digit) => {
    const high = ((middle - 2) * weight) / most;
    context.fillStyle = css(weight > 0 ? colours.blue : colours.below);
    context.fillRect(digit * pitch + 0.2 * pitch, middle - Math.max(high, 0), 0.6 * pitch, Math.abs(high));
    context.fillStyle = css(colours.quiet);
    context.fillText(String(digit), (digit + 0.5) * pitch, height - 3);
  });
  context.fillStyle = css(colours.line);
  context.fillRect(0, middle, width, 1);
  const words = Array.from(weights, (weight, digit) => `${digit}: ${weight.toFixed(1)}`).join(", ");
  canvas.setAttribute("aria-label", `What a spike adds to each output neuron, in mV. ${words}.`);
}

/**
 * Draw the voltage so far.
 * @param {NeuronView} view
 * @param {number} threshold
 * @param {number} numSteps
 * @param {import("./theme.js").Colours} colours
 */
export function showVoltage({ root, neuron, history, font }, threshold, numSteps, colours) {
  const canvas = /** @type {HTMLCanvasElement} */ (root.querySelector(".live-voltage"));
  const { context, width, height } = prepared(canvas);
  const voltages = Array.from({ length: history.steps }, (_, n) => history.voltages[n * NUM_HIDDEN + neuron]);
  const lowest = Math.max(Math.min(0, ...voltages), -2 * threshold);
  const [top, bottom] = [20, height - 18];
  const y = (/** @type {number} */ voltage) =>
    bottom - ((bottom - top) * (Math.max(voltage, lowest) - lowest)) / (threshold - lowest);
  const [left, right] = [30, width - 4];
  const pitch = (right - left) / Math.max(numSteps, 1);
  const thick = Math.max(Math.min(0.6 * pitch, 5), 1);
  let numSpikes = 0;
  voltages.forEach((voltage, n) => {
    const x = left + (n + 0.5) * pitch - thick / 2;
    const spikes = history.spikes[n * NUM_HIDDEN + neuron];
    numSpikes += spikes;
    const end = spikes ? y(threshold) : y(voltage);
    context.fillStyle = css(voltage < 0 ? colours.below : colours.blue, voltage < 0 ? 0.6 : 1);
    context.fillRect(x, Math.min(end, y(0)), thick, Math.abs(end - y(0)));
    context.fillStyle = css(colours.spike);
    if (spikes) context.fillRect(x, top - 14, thick, 14);
  });
  context.fillStyle = css(colours.line);
  context.fillRect(left, y(0), right - left, 1);
  context.strokeStyle = css(colours.quiet);
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(left, y(threshold));
  context.lineTo(right, y(threshold));
  context.stroke();
  context.font = font;
  context.fillStyle = css(colours.quiet);
  context.textBaseline = "middle";
  context.textAlign = "right";
  context.fillText(String(threshold), left - 6, y(threshold));
  context.fillText("0", left - 6, y(0));
  context.textBaseline = "alphabetic";
  context.fillText(`step ${numSteps}`, right, height - 3);
  const words = numSpikes === 1 ? "1 spike" : `${numSpikes} spikes`;
  canvas.setAttribute("aria-label", `Voltage of hidden neuron ${neuron} after each step: ${words} in ${history.steps} steps.`);
}
