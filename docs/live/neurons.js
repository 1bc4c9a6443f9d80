// Neurons: the 784 of the input as one image, the others as discs that fill with voltage.

import { SIDE } from "./digit.js";
import { SIZES } from "./network.js";
import { css } from "./theme.js";

/**
 * What is shown of a layer. It follows the simulation smoothly.
 * @typedef {object} Shown
 * @property {Float32Array} level voltage as a share of the threshold, from -1 to 1
 * @property {Float32Array} glow how recently each neuron has spiked, from 1 to 0
 */

const LEVEL_SECONDS = 0.09; // in which two thirds of the way to a new voltage are shown
const GLOW_SECONDS = 0.3;

/**
 * @returns {Shown[]}
 */
export function nothingShown() {
  return SIZES.map((size) => ({ level: new Float32Array(size), glow: new Float32Array(size) }));
}

/**
 * A neuron that spikes fills up to its threshold first.
 * @param {Shown[]} shown
 * @param {import("./network.js").Layer[]} layers
 */
export function showNewSpikes(shown, layers) {
  layers.forEach(({ spiking, numSpiking }, layer) => {
    for (let n = 0; n < numSpiking; n++) {
      shown[layer].level[spiking[n]] = 1;
      shown[layer].glow[spiking[n]] = 1;
    }
  });
}

/**
 * Let what is shown follow the network.
 * @param {Shown[]} shown
 * @param {import("./network.js").Network} network
 * @param {number} seconds
 * @returns {boolean} whether anything is still moving
 */
export function followSmoothly(shown, network, seconds) {
  const nearer = 1 - Math.exp(-seconds / LEVEL_SECONDS);
  const fainter = Math.exp(-seconds / GLOW_SECONDS);
  let isMoving = false;
  shown.forEach(({ level, glow }, layer) => {
    const { voltage } = network.layers[layer];
    for (let n = 0; n < level.length; n++) {
      const goal = goalOf(voltage[n], network.threshold);
      const distance = goal - level[n];
      level[n] = Math.abs(distance) < 0.004 ? goal : level[n] + nearer * distance;
      glow[n] = glow[n] < 0.01 ? 0 : glow[n] * fainter;
      if (level[n] !== goal || glow[n]) isMoving = true;
    }
  });
  return isMoving;
}

/**
 * Show the network as it is, without motion.
 * @param {Shown[]} shown
 * @param {import("./network.js").Network} network
 */
export function followAtOnce(shown, network) {
  for (const { glow } of shown) glow.fill(0);
  showNewSpikes(shown, network.layers);
  shown.forEach(({ level }, layer) => {
    const { voltage } = network.layers[layer];
    for (let n = 0; n < level.length; n++) level[n] = goalOf(voltage[n], network.threshold);
  });
}

/**
 * @param {number} voltage
 * @param {number} threshold
 */
function goalOf(voltage, threshold) {
  return Math.max(Math.min(voltage / threshold, 1), -1);
}

/**
 * Colour the image of the input neurons: paper and ink below, voltage above them, spikes above all.
 * @param {ImageData} image 28 by 28
 * @param {Float32Array} currents in mV per step
 * @param {Shown} shown
 * @param {import("./theme.js").Colours} colours
 */
export function colourInput(image, currents, { level, glow }, { paper, ink, blue, spike }) {
  const { data } = image;
  for (let n = 0; n < level.length; n++) {
    const inked = currents[n] / 2.55;
    for (let part = 0; part < 3; part++) {
      let colour = paper[part] + (ink[part] - paper[part]) * 0.3 * inked;
      colour += (blue[part] - colour) * 0.85 * level[n];
      data[4 * n + part] = colour + (spike[part] - colour) * glow[n];
    }
    data[4 * n + 3] = 255;
  }
}

/**
 * Draw thin lines between the pixels, so that each can be seen as a neuron of its own.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Box} box
 * @param {import("./theme.js").Colours} colours
 */
export function drawMesh(context, box, { panel }) {
  const size = box.width / SIDE;
  context.beginPath();
  for (let n = 0; n <= SIDE; n++) {
    context.moveTo(box.x + n * size, box.y);
    context.lineTo(box.x + n * size, box.y + box.height);
    context.moveTo(box.x, box.y + n * size);
    context.lineTo(box.x + box.width, box.y + n * size);
  }
  context.lineWidth = size > 6 ? 1 : 0.5;
  context.strokeStyle = css(panel);
  context.stroke();
}

/**
 * Discs in all their states, drawn beforehand, as paths take long. There is one state for each row of
 * pixels that voltage may reach, and one for a spike.
 * @typedef {object} Stamps
 * @property {HTMLCanvasElement} sheet all states beside each other
 * @property {number} size pixels of the sheet for a state, on each side
 * @property {number} rows states above zero, and as many below
 * @property {Int16Array} left of each disc, in pixels of the canvas
 * @property {Int16Array} top
 */

/**
 * @returns {Stamps} for no disc at all
 */
export function noStamps() {
  return { sheet: document.createElement("canvas"), size: 0, rows: 0, left: new Int16Array(0), top: new Int16Array(0) };
}

/**
 * Draw the states of discs.
 * @param {Stamps} stamps
 * @param {import("./layout.js").Discs} discs
 * @param {number} sharpness pixels of the canvas for one of the page
 * @param {import("./theme.js").Colours} colours
 * @param {import("./theme.js").Rgb} voltageColour
 */
export function fitStamps(stamps, { x, y, radius }, sharpness, colours, voltageColour) {
  const half = Math.ceil((radius + 2) * sharpness);
  const size = (stamps.size = 2 * half);
  const rows = (stamps.rows = Math.round(2 * radius * sharpness));
  stamps.left = Int16Array.from(x, (place) => Math.round(place * sharpness) - half);
  stamps.top = Int16Array.from(y, (place) => Math.round(place * sharpness) - half);
  const { sheet } = stamps;
  [sheet.width, sheet.height] = [(2 * rows + 2) * size, size];
  const context = /** @type {CanvasRenderingContext2D} */ (sheet.getContext("2d"));
  const disc = (/** @type {number} */ state, /** @type {number} */ reach, from = 0, to = 2 * Math.PI) => {
    context.beginPath();
    context.arc((state + 0.5) * size, half, reach * sharpness, from, to);
    context.closePath();
  };
  context.lineWidth = sharpness;
  context.strokeStyle = css(colours.line);
  for (let state = 0; state <= 2 * rows; state++) {
    disc(state, radius);
    context.fillStyle = css(colours.paper);
    context.fill();
    context.stroke();
    // The part of a circle below a line at this height. Above zero voltage rises from the bottom,
    // below it hangs from the top.
    const isAbove = state > rows;
    const angle = Math.acos(1 - (2 * Math.abs(state - rows)) / rows);
    const middle = isAbove ? Math.PI / 2 : -Math.PI / 2;
    disc(state, radius, middle - angle, middle + angle);
    context.fillStyle = isAbove ? css(voltageColour, 0.85) : css(colours.below, 0.2);
    if (state !== rows) context.fill();
  }
  disc(2 * rows + 1, radius + 1.5);
  context.fillStyle = css(colours.spike);
  context.fill();
}

/**
 * Draw a layer, on a context without any scale.
 * @param {CanvasRenderingContext2D} context
 * @param {Stamps} stamps
 * @param {Shown} shown
 */
export function drawNeurons(context, { sheet, size, rows, left, top }, { level, glow }) {
  for (let n = 0; n < level.length; n++) {
    const state = rows + Math.round(rows * level[n]);
    context.drawImage(sheet, state * size, 0, size, size, left[n], top[n], size, size);
    if (!glow[n]) continue;
    context.globalAlpha = glow[n];
    context.drawImage(sheet, (2 * rows + 1) * size, 0, size, size, left[n], top[n], size, size);
    context.globalAlpha = 1;
  }
}
