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
 * Draw empty discs.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Discs} discs
 * @param {import("./theme.js").Colours} colours
 */
export function drawDiscs(context, { x, y, radius }, { paper, line }) {
  context.beginPath();
  for (let n = 0; n < x.length; n++) {
    context.moveTo(x[n] + radius, y[n]);
    context.arc(x[n], y[n], radius, 0, 2 * Math.PI);
  }
  context.fillStyle = css(paper);
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = css(line);
  context.stroke();
}

/**
 * Draw voltages as levels in discs: above zero they rise from the bottom, below they hang from the
 * top.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Discs} discs
 * @param {Shown} shown
 * @param {import("./theme.js").Colours} colours
 * @param {import("./theme.js").Rgb} voltageColour
 */
export function drawLevels(context, { x, y, radius }, { level, glow }, colours, voltageColour) {
  for (const sign of [1, -1]) {
    context.beginPath();
    for (let n = 0; n < level.length; n++) {
      const height = sign * level[n];
      if (height < 0.02) continue;
      // The part of a circle below a line at this height.
      const half = Math.acos(1 - 2 * Math.min(height, 1));
      const middle = (sign * Math.PI) / 2;
      context.moveTo(x[n] + radius * Math.cos(middle - half), y[n] + radius * Math.sin(middle - half));
      context.arc(x[n], y[n], radius, middle - half, middle + half);
      context.closePath();
    }
    context.fillStyle = sign > 0 ? css(voltageColour, 0.85) : css(colours.below, 0.2);
    context.fill();
  }
  for (let n = 0; n < glow.length; n++) {
    if (!glow[n]) continue;
    context.beginPath();
    context.arc(x[n], y[n], radius + 1.5, 0, 2 * Math.PI);
    context.fillStyle = css(colours.spike, glow[n]);
    context.fill();
  }
}
