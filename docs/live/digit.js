// From lines to an image as MNIST's makers made theirs. tutorial_helpers/own_digits.py does the same
// with pictures of all kinds. Here the paper is known to be white and the ink to be black.

export const PAD = 280; // pixels on each side of the pad
export const PEN = 22; // its width in pixels; scaled down it is that of the pens in MNIST
export const SIDE = 28; // pixels on each side of an image

const LONGER_SIDE = 20; // pixels of the digit in it
const SHORTEST = 8; // pixels of a digit on the pad, on its longer side
const EDGE = 0.06; // a digit ends where there is less than this share of its darkest ink
const [BLOT, LONG] = [0.745, 1.5]; // a blot fills more of its box than a digit, unless it is long
const DOT = 4 * PEN; // pixels on the pad of a dot, on its longer side; a blot may be larger

/** @typedef {[number, number]} Point */

/**
 * A rectangle of ink, from 0 for paper.
 * @typedef {object} Sheet
 * @property {Float32Array} ink row by row
 * @property {number} width
 * @property {number} height
 */

/** Ink on the pad that is no digit. */
export class DotError extends Error {}

/**
 * Make an empty pad.
 * @returns {Uint8Array} how much ink each pixel has, from 0 to 255
 */
export function emptyPad() {
  return new Uint8Array(PAD * PAD);
}

/**
 * Draw from one point to another with a round pen. Not with a canvas: browsers smooth edges in ways
 * of their own, and the same lines should give the same image everywhere.
 * @param {Uint8Array} pad
 * @param {Point} from
 * @param {Point} to
 */
export function drawLine(pad, [x0, y0], [x1, y1]) {
  const radius = PEN / 2;
  const [dx, dy] = [x1 - x0, y1 - y0];
  const lengthSquared = dx * dx + dy * dy || 1;
  const inside = (/** @type {number} */ place) => Math.min(Math.max(Math.round(place), 0), PAD);
  const left = inside(Math.min(x0, x1) - radius - 1);
  const right = inside(Math.max(x0, x1) + radius + 1);
  const top = inside(Math.min(y0, y1) - radius - 1);
  const bottom = inside(Math.max(y0, y1) + radius + 1);
  for (let row = top; row < bottom; row++) {
    for (let column = left; column < right; column++) {
      const [x, y] = [column + 0.5 - x0, row + 0.5 - y0];
      const along = Math.min(Math.max((x * dx + y * dy) / lengthSquared, 0), 1);
      const distance = Math.hypot(x - along * dx, y - along * dy);
      const cover = Math.round(255 * Math.min(Math.max(radius + 0.5 - distance, 0), 1));
      if (cover > pad[row * PAD + column]) pad[row * PAD + column] = cover;
    }
  }
}

/**
 * Draw lines, each a list of points.
 * @param {Point[][]} strokes
 * @returns {Uint8Array}
 */
export function padOf(strokes) {
  const pad = emptyPad();
  for (const points of strokes) {
    points.forEach((point, n) => drawLine(pad, points[Math.max(n - 1, 0)], point));
  }
  return pad;
}

/**
 * Cut a digit out, scale it and place it, as MNIST's makers did.
 * @param {Uint8Array} pad
 * @returns {Uint8Array | null} 784 grey levels, or null if the pad is empty
 * @throws {DotError} if there is a dot, which scaling would make as large as a digit
 */
export function digitOfPad(pad) {
  const digit = cutOut(pad);
  if (!digit) return null;
  refuseDots(digit);
  return centred(scaled(digit));
}

/**
 * Return the smallest part of the pad that has all the ink.
 * @param {Uint8Array} pad
 * @returns {Sheet | null}
 */
function cutOut(pad) {
  let darkest = 0;
  for (const ink of pad) if (ink > darkest) darkest = ink;
  if (!darkest) return null;
  let [left, right, top, bottom] = [PAD, -1, PAD, -1];
  for (let n = 0; n < pad.length; n++) {
    if (pad[n] < EDGE * darkest) continue;
    const [row, column] = [Math.floor(n / PAD), n % PAD];
    if (column < left) left = column;
    if (column > right) right = column;
    if (row < top) top = row;
    bottom = row;
  }
  const [width, height] = [right + 1 - left, bottom + 1 - top];
  const ink = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      ink[row * width + column] = pad[(top + row) * PAD + left + column] / 255;
    }
  }
  return { ink, width, height };
}

/** @param {Sheet} digit */
function refuseDots({ ink, width, height }) {
  const [longer, shorter] = [Math.max(width, height), Math.min(width, height)];
  const filled = sum(ink) / ink.length / darkestOf(ink);
  if (longer < SHORTEST || (longer < LONG * shorter && filled > BLOT)) {
    throw new DotError(
      longer < DOT
        ? "This is a dot. Draw a digit that is larger, with paper between its lines."
        : "There is too much ink. Leave paper between the lines.",
    );
  }
}

/**
 * Scale the longer side to 20 pixels, and the darkest ink to 255.
 * @param {Sheet} digit
 * @returns {Sheet}
 */
function scaled(digit) {
  const scale = LONGER_SIDE / Math.max(digit.width, digit.height);
  const [width, height] = [digit.width, digit.height].map((side) =>
    Math.max(1, roundedToEven(side * scale)),
  );
  const wide = resized(digit, width, "width");
  const small = resized(wide, height, "height");
  const darkest = darkestOf(small.ink);
  return { ...small, ink: small.ink.map((ink) => ink * (255 / darkest)) };
}

/**
 * Scale one side. Each new pixel is the mean of the old ones whose middles lie in it, which is the
 * sharpest way without halos.
 * @param {Sheet} sheet
 * @param {number} size
 * @param {"width" | "height"} side
 * @returns {Sheet}
 */
function resized(sheet, size, side) {
  const result = { ...sheet, [side]: size };
  const ink = new Float32Array(result.width * result.height);
  const ratio = sheet[side] / size;
  const reach = Math.max(ratio, 1) / 2;
  // From one pixel to the next, along the side that is scaled and across it.
  const [along, across] = side === "width" ? [1, sheet.width] : [sheet.width, 1];
  const [newAlong, newAcross] = side === "width" ? [1, size] : [result.width, 1];
  const lines = side === "width" ? sheet.height : sheet.width;
  for (let place = 0; place < size; place++) {
    const middle = (place + 0.5) * ratio;
    let first = Math.max(Math.floor(middle - reach + 0.5), 0);
    let end = Math.min(Math.floor(middle + reach + 0.5), sheet[side]);
    // A middle on the edge between two new pixels belongs to the one before it. This is the sum that
    // Pillow computes, so that rounding decides for the same one there and here.
    const part = (/** @type {number} */ n) => (n - middle + 0.5) * (0.5 / reach);
    if (part(first) <= -0.5) first++;
    if (part(end - 1) > 0.5) end--;
    for (let line = 0; line < lines; line++) {
      let total = 0;
      for (let n = first; n < end; n++) total += sheet.ink[line * across + n * along];
      ink[line * newAcross + place * newAlong] = total / (end - first);
    }
  }
  return { ...result, ink };
}

/**
 * Place a digit so that its centre of mass is in the middle, as near as whole pixels allow.
 * @param {Sheet} digit
 * @returns {Uint8Array}
 */
function centred({ ink, width, height }) {
  let [total, sumX, sumY] = [0, 0, 0];
  ink.forEach((amount, n) => {
    total += amount;
    sumX += amount * (n % width);
    sumY += amount * Math.floor(n / width);
  });
  // In MNIST it is at 13.5 or more, and below 14.5, counted from the first pixel's middle.
  const corner = (/** @type {number} */ moment, /** @type {number} */ size) =>
    Math.min(Math.max(Math.ceil(SIDE / 2 - 0.5 - moment / total), 0), SIDE - size);
  const [left, top] = [corner(sumX, width), corner(sumY, height)];
  const image = new Uint8Array(SIDE * SIDE);
  ink.forEach((amount, n) => {
    const place = (top + Math.floor(n / width)) * SIDE + left + (n % width);
    image[place] = roundedToEven(amount);
  });
  return image;
}

/** @param {Float32Array} ink */
function sum(ink) {
  return ink.reduce((total, amount) => total + amount, 0);
}

/** @param {Float32Array} ink */
function darkestOf(ink) {
  return ink.reduce((most, amount) => Math.max(most, amount), 0);
}

/**
 * Round as Python and NumPy do: a half goes to the even neighbour.
 * @param {number} value
 */
function roundedToEven(value) {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 ? below + 1 : below;
}
