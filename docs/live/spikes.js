// Spikes in flight: dots on the paths from one layer to the next.

import { placeOfPixel } from "./layout.js";
import { SIZES } from "./network.js";
import { css } from "./theme.js";

const STRONGEST = 2; // paths drawn of each input neuron, which has 128
const TRAIL = 7; // pixels, along the network

/**
 * Synapses that are drawn, from one layer to the next. Their ends are points on the canvas.
 * @typedef {object} Paths
 * @property {Float32Array} fromX
 * @property {Float32Array} fromY
 * @property {Float32Array} toX
 * @property {Float32Array} toY
 * @property {Uint8Array} raises 1 if the weight is above zero
 * @property {number} each how many there are for each neuron; those of neuron n begin at n * each
 */

/**
 * Spikes that a reset has removed.
 * @typedef {object} Dropped
 * @property {Uint16Array} spiking the neurons that had sent them
 * @property {number} numSpiking
 */

/**
 * Find the strongest synapses of each input neuron.
 * @param {Float32Array} weights 784 rows of 128
 * @returns {Uint8Array} hidden neurons, two for each input neuron
 */
export function strongestTargets(weights) {
  const targets = new Uint8Array(SIZES[0] * STRONGEST);
  for (let pre = 0; pre < SIZES[0]; pre++) {
    const row = weights.subarray(pre * SIZES[1], (pre + 1) * SIZES[1]);
    let [first, second] = [0, 1];
    for (let post = 0; post < row.length; post++) {
      if (Math.abs(row[post]) > Math.abs(row[first])) [first, second] = [post, first];
      else if (post !== first && Math.abs(row[post]) > Math.abs(row[second])) second = post;
    }
    targets.set([first, second], pre * STRONGEST);
  }
  return targets;
}

/**
 * Lay out the paths between the layers.
 * @param {import("./layout.js").Layout} layout
 * @param {Float32Array[]} weights
 * @param {Uint8Array} targets from `strongestTargets`
 * @returns {Paths[]}
 */
export function pathsFor(layout, weights, targets) {
  const { hidden, output, isWide } = layout;
  const first = emptyPaths(SIZES[0], STRONGEST);
  for (let n = 0; n < targets.length; n++) {
    const [pre, post] = [Math.floor(n / STRONGEST), targets[n]];
    [first.fromX[n], first.fromY[n]] = placeOfPixel(layout, pre);
    first.toX[n] = hidden.x[post] - (isWide ? hidden.radius : 0);
    first.toY[n] = hidden.y[post] - (isWide ? 0 : hidden.radius);
    first.raises[n] = Number(weights[0][pre * SIZES[1] + post] > 0);
  }
  const second = emptyPaths(SIZES[1], SIZES[2]);
  for (let n = 0; n < SIZES[1] * SIZES[2]; n++) {
    const [pre, post] = [Math.floor(n / SIZES[2]), n % SIZES[2]];
    second.fromX[n] = hidden.x[pre] + (isWide ? hidden.radius : 0);
    second.fromY[n] = hidden.y[pre] + (isWide ? 0 : hidden.radius);
    second.toX[n] = output.x[post] - (isWide ? output.radius : 0);
    second.toY[n] = output.y[post] - (isWide ? 0 : output.radius);
    second.raises[n] = Number(weights[1][n] > 0);
  }
  return [first, second];
}

/**
 * @param {number} neurons
 * @param {number} each
 * @returns {Paths}
 */
function emptyPaths(neurons, each) {
  const size = neurons * each;
  const [fromX, fromY, toX, toY] = Array.from({ length: 4 }, () => new Float32Array(size));
  return { fromX, fromY, toX, toY, raises: new Uint8Array(size), each };
}

/**
 * Add a path to what is being drawn. It leaves and arrives along the direction of the network.
 * @param {CanvasRenderingContext2D} context
 * @param {Paths} paths
 * @param {number} n
 * @param {boolean} isWide
 */
export function trace(context, { fromX, fromY, toX, toY }, n, isWide) {
  const [x0, y0, x1, y1] = [fromX[n], fromY[n], toX[n], toY[n]];
  context.moveTo(x0, y0);
  if (isWide) {
    const third = (x1 - x0) / 3;
    context.bezierCurveTo(x0 + third, y0, x1 - third, y1, x1, y1);
  } else {
    const third = (y1 - y0) / 3;
    context.bezierCurveTo(x0, y0 + third, x1, y1 - third, x1, y1);
  }
}

/**
 * Draw the paths of spikes in flight between two layers.
 * @param {CanvasRenderingContext2D} context
 * @param {Paths} paths
 * @param {import("./network.js").Layer | Dropped} layer that has sent them
 * @param {object} look
 * @param {number} look.alpha
 * @param {number} look.hairline the width of the paths
 * @param {boolean} look.isWide
 * @param {import("./theme.js").Colours} look.colours
 */
export function drawPaths(context, paths, { spiking, numSpiking }, { alpha, hairline, isWide, colours }) {
  for (const raises of [0, 1]) {
    context.beginPath();
    for (let n = 0; n < numSpiking; n++) {
      const first = spiking[n] * paths.each;
      for (let path = first; path < first + paths.each; path++) {
        if (paths.raises[path] === raises) trace(context, paths, path, isWide);
      }
    }
    const opacity = (alpha * (raises ? 0.28 : 0.13)) / hairline;
    context.lineWidth = hairline;
    context.strokeStyle = css(raises ? colours.blue : colours.below, Math.min(opacity, 1));
    context.stroke();
  }
}

/**
 * Draw spikes in flight as short lines along their paths.
 * @param {CanvasRenderingContext2D} context
 * @param {Paths} paths
 * @param {import("./network.js").Layer | Dropped} layer that has sent them
 * @param {number} phase how far they have travelled, from 0 to 1
 * @param {boolean} isWide
 */
export function drawDots(context, { fromX, fromY, toX, toY, each }, { spiking, numSpiking }, phase, isWide) {
  const way = isWide ? toX[0] - fromX[0] : toY[0] - fromY[0];
  const behind = Math.max(phase - TRAIL / Math.max(way, 4 * TRAIL), 0);
  // Along the network a spike travels evenly, and across it as the path bends.
  const [bent, bentBehind] = [bend(phase), bend(behind)];
  const [alongX, alongY] = isWide ? [phase, bent] : [bent, phase];
  const [behindX, behindY] = isWide ? [behind, bentBehind] : [bentBehind, behind];
  context.beginPath();
  for (let n = 0; n < numSpiking; n++) {
    const first = spiking[n] * each;
    for (let path = first; path < first + each; path++) {
      const dx = toX[path] - fromX[path];
      const dy = toY[path] - fromY[path];
      context.moveTo(fromX[path] + behindX * dx, fromY[path] + behindY * dy);
      context.lineTo(fromX[path] + alongX * dx, fromY[path] + alongY * dy);
    }
  }
  context.stroke();
}

/** @param {number} part of the way along */
function bend(part) {
  return part * part * (3 - 2 * part);
}

/**
 * Draw a reset as a band between the layers, as in chapter 2. Spikes in flight cross it.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Layout} layout
 * @param {number} alpha
 * @param {import("./theme.js").Colours} colours
 * @param {string} font
 */
export function drawGate(context, { gaps, isWide }, alpha, colours, font) {
  context.font = font;
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (const gap of gaps) {
    const [x, y] = [gap.x + gap.width / 2, gap.y + gap.height / 2];
    context.fillStyle = css(colours.line, 0.75 * alpha);
    if (isWide) context.fillRect(x - 8, gap.y, 16, gap.height);
    else context.fillRect(gap.x + 30, y - 8, gap.width - 30, 16);
    context.fillStyle = css(colours.ink, alpha);
    if (isWide) context.fillText("reset", x, gap.y + gap.height + 10);
    else context.fillText("reset", gap.x + gap.width - 26, y + 1);
  }
}

