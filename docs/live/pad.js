// The pad: lines drawn with a mouse, a pen or a finger, or one of the test digits.

import { named } from "./answer.js";
import { DotError, digitOfPad, drawLine, emptyPad, PAD, PEN, padOf, SIDE } from "./digit.js";
import { css } from "./theme.js";

/** @typedef {import("./digit.js").Point} Point */

/**
 * What is on the pad.
 * @typedef {{strokes: Point[][]} | {chosen: number}} Content
 */

/**
 * A digit of the test set.
 * @typedef {object} Sample
 * @property {Uint8Array} image 784 grey levels
 * @property {number} label
 */

/**
 * What the pad tells.
 * @typedef {object} Listener
 * @property {(image: Uint8Array | null) => void} draws an image while a line is being drawn
 * @property {(image: Uint8Array | null, message: string) => void} shows an image that is done; there
 *   is a message instead if what is drawn is no digit
 */

/** A 7, traced from the first image of the test set. */
const EXAMPLE = /** @type {Point[][]} */ ([
  [[64, 80], [110, 86], [150, 91], [198, 93], [184, 134], [160, 178], [134, 222], [116, 262]],
]);

const NEAREST = 2; // pixels between two points of a line, at least

/**
 * @typedef {object} Pad
 * @property {HTMLCanvasElement} canvas
 * @property {HTMLElement[]} options
 * @property {HTMLElement} list
 * @property {Sample[]} samples
 * @property {Listener} listener
 * @property {Content} content
 * @property {Content[]} before what undo goes back to
 * @property {Uint8Array} ink of the strokes
 * @property {boolean} isDrawing whether a line is being drawn, which nothing interrupts
 * @property {import("./theme.js").Colours} colours
 */

/**
 * Read the file of test digits: their labels, then their pixels.
 * @param {ArrayBuffer} file
 * @returns {Sample[]}
 */
export function readSamples(file) {
  const bytes = new Uint8Array(file);
  const number = bytes.length / (1 + SIDE * SIDE);
  return Array.from({ length: number }, (_, n) => {
    const first = number + n * SIDE * SIDE;
    return { label: bytes[n], image: bytes.subarray(first, first + SIDE * SIDE) };
  });
}

/**
 * Bring the pad to life, with an example on it.
 * @param {HTMLElement} root
 * @param {Sample[]} samples
 * @param {import("./theme.js").Colours} colours
 * @param {Listener} listener
 * @returns {Pad}
 */
export function makePad(root, samples, colours, listener) {
  const find = (/** @type {string} */ selector) =>
    /** @type {HTMLElement} */ (root.querySelector(selector));
  const canvas = /** @type {HTMLCanvasElement} */ (find(".live-pad"));
  canvas.width = canvas.height = 2 * PAD;
  const list = find(".live-choices");
  const options = samples.map(({ label }, n) => makeOption(label, n));
  list.replaceChildren(...options);
  const pad = {
    canvas, options, list, samples, listener, colours,
    content: /** @type {Content} */ ({ strokes: EXAMPLE }),
    before: [],
    ink: padOf(EXAMPLE),
    isDrawing: false,
  };
  options.forEach((option, n) => option.addEventListener("click", () => choose(pad, n)));
  list.addEventListener("keydown", (event) => chooseByKey(pad, event));
  followPointer(pad);
  find(".live-undo").addEventListener("click", () => undo(pad));
  find(".live-clear").addEventListener("click", () => put(pad, { strokes: [] }));
  canvas.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo(pad);
    else if (event.key === "Delete" || event.key === "Backspace") put(pad, { strokes: [] });
    else return;
    event.preventDefault();
  });
  recolour(pad, colours);
  return pad;
}

/**
 * @param {number} label
 * @param {number} number
 */
function makeOption(label, number) {
  const option = document.createElement("canvas");
  option.width = option.height = SIDE;
  option.className = "live-choice";
  option.id = `live-choice-${number}`;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  option.setAttribute("aria-label", `${named(label)}, number ${(number % 3) + 1} of 3`);
  return option;
}

/**
 * Draw everything in the colours of a theme.
 * @param {Pad} pad
 * @param {import("./theme.js").Colours} colours
 */
export function recolour(pad, colours) {
  pad.colours = colours;
  pad.options.forEach((option, n) => {
    const canvas = /** @type {HTMLCanvasElement} */ (option);
    drawImage(canvas, pad.samples[n].image, colours.ink);
  });
  drawContent(pad);
}

/**
 * Draw an image on a canvas of 28 by 28 pixels, in one colour on nothing.
 * @param {HTMLCanvasElement} canvas
 * @param {Uint8Array} image
 * @param {import("./theme.js").Rgb} colour
 */
export function drawImage(canvas, image, colour) {
  const pixels = new ImageData(SIDE, SIDE);
  for (let n = 0; n < image.length; n++) {
    for (let part = 0; part < 3; part++) pixels.data[4 * n + part] = colour[part];
    pixels.data[4 * n + 3] = image[n];
  }
  canvas.getContext("2d")?.putImageData(pixels, 0, 0);
}

/** @param {Pad} pad */
function drawContent({ canvas, content, samples, colours }) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  if ("chosen" in content) {
    const small = document.createElement("canvas");
    small.width = small.height = SIDE;
    drawImage(small, samples[content.chosen].image, colours.ink);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    return;
  }
  context.scale(canvas.width / PAD, canvas.height / PAD);
  context.lineWidth = PEN;
  context.lineCap = context.lineJoin = "round";
  context.strokeStyle = css(colours.ink);
  for (const points of content.strokes) {
    context.beginPath();
    // A line without any length is drawn as a dot, if it has a little length.
    context.moveTo(points[0][0], points[0][1] + 0.01);
    for (const [x, y] of points) context.lineTo(x, y);
    context.stroke();
  }
}

/**
 * Put something on the pad, and remember what was there if that was something else.
 * @param {Pad} pad
 * @param {Content} content
 */
function put(pad, content) {
  if (pad.isDrawing) return;
  if (JSON.stringify(pad.content) !== JSON.stringify(content)) pad.before.push(pad.content);
  take(pad, content);
}

/** @param {Pad} pad */
function undo(pad) {
  if (pad.isDrawing) return;
  const content = pad.before.pop();
  if (content) take(pad, content);
}

/**
 * @param {Pad} pad
 * @param {Content} content
 */
function take(pad, content) {
  pad.content = content;
  if ("strokes" in content) pad.ink = padOf(content.strokes);
  const chosen = "chosen" in content ? content.chosen : -1;
  pad.options.forEach((option, n) => option.setAttribute("aria-selected", String(n === chosen)));
  if (chosen < 0) pad.list.removeAttribute("aria-activedescendant");
  else pad.list.setAttribute("aria-activedescendant", pad.options[chosen].id);
  drawContent(pad);
  tell(pad);
}

/**
 * Tell what is on the pad, now that it is done.
 * @param {Pad} pad
 */
export function tell({ content, samples, ink, listener }) {
  if ("chosen" in content) {
    listener.shows(samples[content.chosen].image, "");
    return;
  }
  try {
    const image = digitOfPad(ink);
    listener.shows(image, image ? "" : "Draw a digit in the square.");
  } catch (error) {
    if (!(error instanceof DotError)) throw error;
    listener.shows(null, error.message);
  }
}

/** @param {Pad} pad */
function followPointer(pad) {
  const { canvas, listener } = pad;
  /** @type {number | null} */
  let pointer = null;
  /** @type {Point[]} */
  let points = [];
  let frame = 0;
  // Where the canvas is, looked up once for a line.
  let box = canvas.getBoundingClientRect();
  const place = (/** @type {PointerEvent} */ event) => {
    const inside = (/** @type {number} */ value) => Math.round(Math.min(Math.max(value, 0), PAD));
    return /** @type {Point} */ ([
      inside(((event.clientX - box.left) * PAD) / box.width),
      inside(((event.clientY - box.top) * PAD) / box.height),
    ]);
  };
  // The input neurons see the line while it grows. A single dot is no digit yet.
  const preview = () => {
    frame = 0;
    drawContent(pad);
    try {
      listener.draws(digitOfPad(pad.ink));
    } catch (error) {
      if (!(error instanceof DotError)) throw error;
    }
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    pad.isDrawing = true;
    box = canvas.getBoundingClientRect();
    points = [place(event)];
    // The example and the test digits make way; lines of the visitor's own are added to.
    const strokes =
      "chosen" in pad.content || pad.content.strokes === EXAMPLE ? [] : pad.content.strokes;
    pad.before.push(pad.content);
    pad.content = { strokes: [...strokes, points] };
    pad.ink = strokes.length ? pad.ink : emptyPad();
    drawLine(pad.ink, points[0], points[0]);
    frame ||= requestAnimationFrame(preview);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const move of moves.length ? moves : [event]) {
      const [from, to] = [points[points.length - 1], place(move)];
      if (Math.hypot(to[0] - from[0], to[1] - from[1]) < NEAREST) continue;
      drawLine(pad.ink, from, to);
      points.push(to);
    }
    frame ||= requestAnimationFrame(preview);
  });
  const lift = (/** @type {PointerEvent} */ event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    pad.isDrawing = false;
    cancelAnimationFrame(frame);
    frame = 0;
    take(pad, pad.content);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
}

/**
 * @param {Pad} pad
 * @param {number} number
 */
function choose(pad, number) {
  put(pad, { chosen: number });
  pad.list.focus({ preventScroll: true });
}

/**
 * Arrow keys move through the test digits; the key of a digit goes to the next one of its kind.
 * @param {Pad} pad
 * @param {KeyboardEvent} event
 */
function chooseByKey(pad, event) {
  const { options, samples, content } = pad;
  const chosen = "chosen" in content ? content.chosen : -1;
  const rowLength = options.filter(({ offsetTop }) => offsetTop === options[0].offsetTop).length;
  /** @type {Record<string, number>} */
  const moves = {
    ArrowRight: chosen + 1,
    ArrowLeft: chosen - 1,
    ArrowDown: chosen < 0 ? 0 : chosen + rowLength,
    ArrowUp: chosen - rowLength,
    Home: 0,
    End: options.length - 1,
  };
  let next = moves[event.key];
  if (/^\d$/.test(event.key)) {
    const labels = samples.map(({ label }) => String(label));
    next = labels.indexOf(event.key, chosen + 1);
    if (next < 0) next = labels.indexOf(event.key);
  }
  if (next === undefined) return;
  event.preventDefault();
  if (next >= 0 && next < options.length && next !== chosen) choose(pad, next);
}
