// Where everything is on the canvas, in CSS pixels. The network runs from left to right where there
// is room, and from top to bottom on a phone.

import { SIDE } from "./digit.js";
import { SIZES } from "./network.js";

const WIDE = 400; // pixels from which on the network runs from left to right
const TITLE = 30; // pixels above a layer, for its name
const BADGE = 11; // from the edge of a name to the middle of its number

/**
 * @typedef {object} Box
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

/**
 * Neurons that are drawn as discs.
 * @typedef {object} Discs
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {number} radius
 */

/**
 * @typedef {object} Layout
 * @property {number} width
 * @property {number} height
 * @property {boolean} isWide
 * @property {Box} image the input neurons, a square of 28 by 28
 * @property {Discs} hidden
 * @property {Discs} output
 * @property {Box} counts where spikes are counted: a row for each digit, or a column
 * @property {Box[]} gaps between the layers, where spikes travel
 * @property {number} row below each gap, where names are and paths go on
 * @property {[number, number][]} names where the middles of the numbers are: of the input neurons, the
 *   paths, the hidden neurons, the paths, the output neurons, and the counts
 */

/**
 * Lay the network out in a given width.
 * @param {number} width
 * @returns {Layout}
 */
export function layoutFor(width) {
  return width >= WIDE ? fromLeftToRight(width) : fromTopToBottom(width);
}

/**
 * @param {number} width
 * @returns {Layout}
 */
function fromLeftToRight(width) {
  const height = Math.round(Math.min(Math.max(0.58 * width, 350), 470));
  const tall = height - TITLE - 18;
  const middle = TITLE + tall / 2;
  const side = SIDE * Math.round((0.29 * width) / SIDE);
  const pitch = Math.min(tall / 16, (0.29 * width) / 8);
  const outputPitch = tall / 10;
  const radius = Math.min(13, 0.36 * outputPitch);
  const countsWidth = 0.19 * width;
  const gap = (width - side - 8 * pitch - 2 * radius - 26 - countsWidth) / 2;
  const hiddenLeft = side + gap;
  const outputLeft = hiddenLeft + 8 * pitch + gap;
  const countsLeft = width - countsWidth;
  const hidden = grid(8, 16, hiddenLeft, middle - 8 * pitch, pitch, pitch, 0.39 * pitch);
  const output = grid(1, 10, outputLeft, TITLE, 2 * radius, outputPitch, radius);
  const imageTop = Math.round(middle - side / 2);
  // Where there is little room, some names would lie above others.
  const isTight = gap < 84;
  const left = gap < 60 ? [20, 56] : [0, 0]; // by how much names make way
  const pathsName = isTight ? height - TITLE / 2 : TITLE / 2;
  return {
    width,
    height,
    isWide: true,
    image: { x: 0, y: imageTop, width: side, height: side },
    hidden,
    output,
    counts: { x: countsLeft, y: TITLE, width: countsWidth, height: tall },
    gaps: [
      { x: side, y: TITLE, width: gap, height: tall },
      { x: hiddenLeft + 8 * pitch, y: TITLE, width: gap, height: tall },
    ],
    row: 0,
    names: [
      [BADGE, imageTop - 18],
      [side + (isTight ? 6 : 4) + BADGE, pathsName],
      [hiddenLeft + BADGE - left[0], TITLE / 2],
      [outputLeft - gap + (isTight ? 0 : 4) + BADGE, pathsName],
      [outputLeft + BADGE - left[1], TITLE / 2],
      [width - 74 + BADGE, TITLE / 2],
    ],
  };
}

/**
 * @param {number} width
 * @returns {Layout}
 */
function fromTopToBottom(width) {
  const side = SIDE * Math.max(4, Math.floor((0.46 * width) / SIDE));
  const [gap, row] = [56, 24];
  const pitch = (width - 6) / 16;
  const outputPitch = width / 10;
  const radius = Math.min(13, 0.36 * outputPitch);
  const hiddenTop = TITLE + side + gap + row;
  const secondGap = hiddenTop + 8 * pitch;
  const outputTop = secondGap + gap + row;
  const digits = outputTop + 2 * radius + 26; // where they end
  const countsTop = digits + row;
  const countsHeight = 96;
  return {
    width,
    height: Math.round(countsTop + countsHeight + 8),
    isWide: false,
    image: { x: Math.round((width - side) / 2), y: TITLE, width: side, height: side },
    hidden: grid(16, 8, 3, hiddenTop, pitch, pitch, 0.39 * pitch),
    output: grid(10, 1, 0, outputTop, outputPitch, 2 * radius, radius),
    counts: { x: 0, y: countsTop, width, height: countsHeight },
    gaps: [
      { x: 0, y: TITLE + side, width, height: gap },
      { x: 0, y: secondGap, width, height: gap },
    ],
    row,
    names: [
      [BADGE, TITLE / 2],
      [BADGE, TITLE + side + gap / 2],
      [BADGE, hiddenTop - row / 2 - 2],
      [BADGE, secondGap + gap / 2],
      [BADGE, outputTop - row / 2 - 2],
      [BADGE, digits + row / 2 - 2],
    ],
  };
}

/**
 * Place neurons row by row.
 * @param {number} columns
 * @param {number} rows
 * @param {number} left
 * @param {number} top
 * @param {number} pitchX
 * @param {number} pitchY
 * @param {number} radius
 * @returns {Discs}
 */
function grid(columns, rows, left, top, pitchX, pitchY, radius) {
  const [x, y] = [new Float32Array(columns * rows), new Float32Array(columns * rows)];
  for (let n = 0; n < x.length; n++) {
    x[n] = left + ((n % columns) + 0.5) * pitchX;
    y[n] = top + (Math.floor(n / columns) + 0.5) * pitchY;
  }
  return { x, y, radius };
}

/**
 * Find the middle of a pixel's input neuron.
 * @param {Layout} layout
 * @param {number} pixel
 * @returns {[number, number]}
 */
export function placeOfPixel({ image }, pixel) {
  const size = image.width / SIDE;
  return [
    image.x + ((pixel % SIDE) + 0.5) * size,
    image.y + (Math.floor(pixel / SIDE) + 0.5) * size,
  ];
}

/**
 * Find the hidden neuron at a point, or the nearest one within a finger's reach.
 * @param {Layout} layout
 * @param {number} x
 * @param {number} y
 * @returns {number | null}
 */
export function hiddenNeuronAt({ hidden }, x, y) {
  let [nearest, least] = [-1, 1.6 * hidden.radius];
  for (let n = 0; n < SIZES[1]; n++) {
    const distance = Math.hypot(hidden.x[n] - x, hidden.y[n] - y);
    if (distance < least) [nearest, least] = [n, distance];
  }
  return nearest < 0 ? null : nearest;
}
