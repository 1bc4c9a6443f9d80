// The picture of the network: two canvases, one above the other. What never moves is drawn on the
// lower one, once for each size and theme; a frame draws on the upper one alone.

import { drawCounts, emptyTally, followCounts } from "./counts.js";
import { SIDE } from "./digit.js";
import { layoutFor } from "./layout.js";
import { colourInput, drawDiscs, drawLevels, drawMesh, followAtOnce, followSmoothly, nothingShown, showNewSpikes } from "./neurons.js";
import { drawGate, drawSpikes, pathsFor, strongestTargets, trace } from "./spikes.js";
import { coloursOf, css } from "./theme.js";

// Pixels of a canvas for one of the page, on each side. More than 2 are not seen, but cost time.
const SHARPEST = 2;
const BLURRIEST = 1;
const FADE_SECONDS = 0.2;

/**
 * What fades in and out.
 * @typedef {object} Fades
 * @property {number} veil over what is not in the light
 * @property {number} gate of a reset
 * @property {number} leftover the colour of voltages that come from before a reset
 * @property {number} dropped spikes that a reset has removed
 */

/**
 * @typedef {object} Picture
 * @property {HTMLElement} root with the colours of the theme
 * @property {HTMLCanvasElement} lower
 * @property {HTMLCanvasElement} upper
 * @property {Float32Array[]} weights
 * @property {Uint8Array} targets
 * @property {ImageData} image
 * @property {HTMLCanvasElement} small the image, one pixel for each neuron
 * @property {HTMLCanvasElement} outlines of all neurons, drawn beforehand as they take long
 * @property {number} sharpness pixels of the upper canvas for one of the page
 * @property {number} hairline the thinnest line, which is drawn fastest
 * @property {import("./layout.js").Layout} layout
 * @property {import("./spikes.js").Paths[]} paths
 * @property {import("./theme.js").Colours} colours
 * @property {string} family of the fonts
 * @property {import("./neurons.js").Shown[]} shown
 * @property {import("./counts.js").Tally} tally
 * @property {Fades} fades
 * @property {Fades} goals where the fades go
 * @property {{spiking: Uint16Array, phase: number}[]} dropped
 * @property {string} lit the part that is in the light, or ""
 * @property {number} selected the hidden neuron that is looked at
 */

/**
 * @param {HTMLElement} root
 * @param {HTMLCanvasElement} lower
 * @param {HTMLCanvasElement} upper
 * @param {Float32Array[]} weights
 * @returns {Picture}
 */
export function makePicture(root, lower, upper, weights) {
  const small = document.createElement("canvas");
  small.width = small.height = SIDE;
  const targets = strongestTargets(weights[0]);
  const layout = layoutFor(600);
  const none = { veil: 0, gate: 0, leftover: 0, dropped: 0 };
  return {
    root,
    lower,
    upper,
    weights,
    targets,
    image: new ImageData(SIDE, SIDE),
    small,
    outlines: document.createElement("canvas"),
    sharpness: SHARPEST,
    hairline: 1,
    layout,
    paths: pathsFor(layout, weights, targets),
    colours: coloursOf(root),
    family: getComputedStyle(root).fontFamily,
    shown: nothingShown(),
    tally: emptyTally(),
    fades: { ...none },
    goals: { ...none },
    dropped: [],
    lit: "",
    selected: 0,
  };
}

/**
 * Fit the picture into a width, or into a new theme.
 * @param {Picture} picture
 * @param {number} width
 */
export function fit(picture, width) {
  picture.layout = layoutFor(width);
  picture.paths = pathsFor(picture.layout, picture.weights, picture.targets);
  picture.colours = coloursOf(picture.root);
  const scale = Math.min(window.devicePixelRatio || 1, SHARPEST);
  picture.sharpness = Math.min(picture.sharpness, scale);
  fitCanvas(picture.lower, picture.layout, scale);
  drawLower(picture, 1 / scale);
  fitUpper(picture);
}

/** @param {Picture} picture */
function fitUpper(picture) {
  const { upper, outlines, layout, sharpness, colours } = picture;
  picture.hairline = 1 / sharpness;
  fitCanvas(upper, layout, sharpness);
  fitCanvas(outlines, layout, sharpness);
  drawMesh(contextOf(outlines), layout.image, colours);
  drawDiscs(contextOf(outlines), layout.hidden, colours);
  drawDiscs(contextOf(outlines), layout.output, colours);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import("./layout.js").Layout} layout
 * @param {number} scale pixels of the canvas for one of the page
 */
function fitCanvas(canvas, { width, height }, scale) {
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.style.height = `${height}px`;
  contextOf(canvas).setTransform(scale, 0, 0, scale, 0, 0);
}

/**
 * Make frames cheaper, where there is a device that is too slow for them.
 * @param {Picture} picture
 * @returns {boolean} whether that was possible
 */
export function blur(picture) {
  if (picture.sharpness <= BLURRIEST) return false;
  picture.sharpness = Math.max(picture.sharpness - 0.5, BLURRIEST);
  fitUpper(picture);
  return true;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {CanvasRenderingContext2D}
 */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/**
 * Draw what never moves: synapses and names.
 * @param {Picture} picture
 * @param {number} hairline
 */
function drawLower(picture, hairline) {
  const { layout, colours, paths } = picture;
  const context = contextOf(picture.lower);
  context.clearRect(0, 0, layout.width, layout.height);
  paths.forEach((some, n) => {
    context.beginPath();
    for (let path = 0; path < some.fromX.length; path++) trace(context, some, path, layout.isWide);
    context.lineWidth = hairline;
    context.strokeStyle = css(colours.quiet, (n ? 0.05 : 0.035) / hairline);
    context.stroke();
  });
  drawNames(context, picture);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 */
function drawNames(context, { layout, colours, family }) {
  const { image, hidden, output, counts, gaps, isWide } = layout;
  // A name: the number of the step that explains it, and what it is.
  const name = (/** @type {string} */ step, /** @type {string} */ what, /** @type {number} */ x, /** @type {number} */ y) => {
    context.beginPath();
    context.arc(x + 9, y, 9, 0, 2 * Math.PI);
    context.fillStyle = css(colours.blue);
    context.fill();
    context.textBaseline = "middle";
    context.textAlign = "center";
    context.font = `600 12px ${family}`;
    context.fillStyle = css(colours.paper);
    context.fillText(step, x + 9, y + 1);
    context.textAlign = "left";
    context.font = `13px ${family}`;
    // Lines may pass behind it.
    context.lineWidth = 5;
    context.lineJoin = "round";
    context.strokeStyle = css(colours.panel);
    context.strokeText(what, x + 24, y + 1);
    context.fillStyle = css(colours.quiet);
    context.fillText(what, x + 24, y + 1);
  };
  if (isWide) {
    name("1", "784 input neurons", image.x, image.y - 18);
    name("2", "128 hidden", hidden.x[0] - hidden.radius, 12);
    name("3", "", gaps[0].x + gaps[0].width / 2 - 9, 12);
    name("3", "", gaps[1].x + gaps[1].width / 2 - 9, 12);
    name("2", "10 output", output.x[0] - output.radius, 12);
    name("4", "counts", counts.x + counts.width - 72, 12);
  } else {
    name("1", "784 input neurons", 0, 12);
    name("3", "", 0, gaps[0].y + 22);
    name("2", "128 hidden neurons", 0, gaps[0].y + gaps[0].height - 16);
    name("3", "", 0, gaps[1].y + 18);
    name("2", "10 output neurons", 0, gaps[1].y + gaps[1].height - 14);
    name("4", "counts", 0, counts.y + counts.height + 16);
  }
}

/**
 * Tell the picture that a step has passed.
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 */
export function noticeStep(picture, network) {
  showNewSpikes(picture.shown, network.layers);
  picture.goals.gate = 0;
  // In the first step after an incomplete reset, all voltages behind the input come from before it.
  if (network.steps > 1) picture.goals.leftover = 0;
}

/**
 * Let the picture follow the network.
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 * @param {number} seconds since the last frame; Infinity shows everything at once
 * @returns {boolean} whether anything is still moving
 */
export function followNetwork(picture, network, seconds) {
  let areLevelsMoving = false;
  if (seconds === Infinity) followAtOnce(picture.shown, network);
  else areLevelsMoving = followSmoothly(picture.shown, network, seconds);
  const areCountsMoving = followCounts(picture.tally, network.layers[2].counts, seconds);
  const nearer = 1 - Math.exp(-seconds / FADE_SECONDS);
  let isFading = false;
  for (const fade of /** @type {(keyof Fades)[]} */ (Object.keys(picture.fades))) {
    const distance = picture.goals[fade] - picture.fades[fade];
    picture.fades[fade] += Math.abs(distance) < 0.01 ? distance : nearer * distance;
    if (distance) isFading = true;
  }
  return areLevelsMoving || areCountsMoving || isFading;
}

/**
 * Draw a frame.
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 * @param {number} phase how far the spikes in flight have travelled, from 0 to 1
 * @param {number} numSteps for how many steps the image is shown
 * @param {boolean} hasDots whether spikes are drawn as dots; their paths are always drawn
 */
export function drawFrame(picture, network, phase, numSteps, hasDots) {
  const { layout, colours, shown, fades, family } = picture;
  const context = contextOf(picture.upper);
  context.clearRect(0, 0, layout.width, layout.height);
  drawInput(context, picture, network);
  const font = `13px ${family}`;
  if (fades.gate > 0) drawGate(context, layout, fades.gate, colours, font);
  drawFlights(context, picture, network, phase, hasDots);
  const voltageColour = mixed(colours.blue, colours.spike, fades.leftover);
  // Neurons lie above the paths, as spikes pass behind those that they are not drawn to.
  copyOutlines(context, picture, boxAround(layout.hidden));
  copyOutlines(context, picture, boxAround(layout.output));
  drawLevels(context, layout.hidden, shown[1], colours, voltageColour);
  drawLevels(context, layout.output, shown[2], colours, voltageColour);
  drawSelection(context, picture);
  drawSteps(context, picture, network.steps, numSteps);
  drawDigits(context, picture, network.layers[2].counts);
  drawCounts(context, layout, picture.tally, network.layers[2].counts, shown[2].glow, colours, font);
  if (fades.veil > 0) drawVeil(context, picture);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 * @param {number} phase
 * @param {boolean} hasDots
 */
function drawFlights(context, picture, network, phase, hasDots) {
  const { layout, paths, fades, hairline, colours } = picture;
  const base = { hairline, isWide: layout.isWide, hasDots, colours };
  paths.forEach((some, n) => {
    const { spiking, numSpiking } = network.layers[n];
    drawSpikes(context, some, spiking, numSpiking, { ...base, phase, alpha: 1 });
    const dropped = picture.dropped[n];
    if (!dropped || !fades.dropped) return;
    const look = { ...base, phase: dropped.phase, alpha: fades.dropped };
    drawSpikes(context, some, dropped.spiking, dropped.spiking.length, look);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 */
function drawInput(context, picture, network) {
  const { layout, colours, image, small } = picture;
  const { x, y, width, height } = layout.image;
  colourInput(image, network.layers[0].input, picture.shown[0], colours);
  contextOf(small).putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, x, y, width, height);
  copyOutlines(context, picture, layout.image);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {import("./layout.js").Box} box
 */
function copyOutlines(context, { outlines, sharpness }, box) {
  // Whole pixels, so that a copy is as sharp as what it is of.
  const [left, top] = [Math.max(Math.floor(box.x * sharpness), 0), Math.max(Math.floor(box.y * sharpness), 0)];
  const width = Math.min(Math.ceil((box.x + box.width) * sharpness) + 1, outlines.width) - left;
  const height = Math.min(Math.ceil((box.y + box.height) * sharpness) + 1, outlines.height) - top;
  context.imageSmoothingEnabled = false;
  context.drawImage(
    outlines, left, top, width, height,
    left / sharpness, top / sharpness, width / sharpness, height / sharpness,
  );
}

/**
 * Write how many steps have passed. The page is not touched for it, as that would lay it out anew.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {number} steps
 * @param {number} numSteps
 */
function drawSteps(context, { layout, colours, family }, steps, numSteps) {
  const { isWide, width, height } = layout;
  const [left, y, length] = isWide ? [0, height - 8, layout.image.width] : [width - 92, 26, 92];
  context.font = `13px ${family}`;
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillStyle = css(colours.quiet);
  context.fillText(`step ${steps} of ${numSteps}`, left, y - 8);
  context.fillStyle = css(colours.line);
  context.fillRect(left, y, length, 3);
  context.fillStyle = css(colours.blue);
  context.fillRect(left, y, (length * steps) / numSteps, 3);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 */
function drawSelection(context, { layout: { hidden }, selected, colours }) {
  context.beginPath();
  context.arc(hidden.x[selected], hidden.y[selected], hidden.radius + 2.5, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = css(colours.ink);
  context.stroke();
}

/**
 * Write the digit of each output neuron, the leader's in bold.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {ArrayLike<number>} counts
 */
function drawDigits(context, { layout, colours, family }, counts) {
  const { output, isWide } = layout;
  let leader = 0;
  for (let n = 1; n < 10; n++) if (counts[n] > counts[leader]) leader = n;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (let n = 0; n < 10; n++) {
    const leads = n === leader && counts[n] > 0;
    context.font = `${leads ? 700 : 400} 15px ${family}`;
    context.fillStyle = css(leads ? colours.blue : colours.quiet);
    if (isWide) context.fillText(String(n), output.x[n] + output.radius + 13, output.y[n] + 1);
    else context.fillText(String(n), output.x[n], output.y[n] + output.radius + 13);
  }
}

/**
 * Lay a veil over all parts but the one that is in the light.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 */
function drawVeil(context, { layout, colours, fades, lit }) {
  const { image, hidden, output, counts, gaps } = layout;
  /** @type {Record<string, import("./layout.js").Box[]>} */
  const boxes = {
    currents: [image],
    spikes: gaps,
    neurons: [boxAround(hidden), boxAround(output)],
    counts: [counts],
  };
  context.fillStyle = css(colours.panel, 0.82 * fades.veil);
  for (const [part, some] of Object.entries(boxes)) {
    if (part === lit || (part === "counts" && lit === "answer")) continue;
    for (const { x, y, width, height } of some) context.fillRect(x, y, width, height);
  }
}

/**
 * @param {import("./layout.js").Discs} discs
 * @returns {import("./layout.js").Box}
 */
function boxAround({ x, y, radius }) {
  const last = x.length - 1;
  const room = radius + 4;
  return {
    x: x[0] - room,
    y: y[0] - room,
    width: x[last] - x[0] + 2 * room,
    height: y[last] - y[0] + 2 * room,
  };
}

/**
 * @param {import("./theme.js").Rgb} from
 * @param {import("./theme.js").Rgb} to
 * @param {number} part
 * @returns {import("./theme.js").Rgb}
 */
function mixed(from, to, part) {
  return /** @type {import("./theme.js").Rgb} */ (
    from.map((value, n) => value + (to[n] - value) * part)
  );
}

/**
 * Put one part in the light, or none.
 * @param {Picture} picture
 * @param {string} part
 */
export function light(picture, part) {
  if (part) picture.lit = part;
  picture.goals.veil = part ? 1 : 0;
}

/**
 * Show a reset that leaves spikes in flight: they cross its gate.
 * @param {Picture} picture
 */
export function showCrossing(picture) {
  picture.goals.gate = 1;
  picture.fades.leftover = picture.goals.leftover = 1;
}

/**
 * Show that spikes in flight are removed: they fade.
 * @param {Picture} picture
 * @param {import("./network.js").Network} network before they are
 * @param {number} phase
 */
export function showDrop(picture, network, phase) {
  picture.dropped = network.layers.map(({ spiking, numSpiking }) => ({
    spiking: spiking.slice(0, numSpiking),
    phase,
  }));
  picture.fades.dropped = 1;
  picture.fades.leftover = picture.goals.leftover = 0;
  picture.goals.gate = 0;
}
