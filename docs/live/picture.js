// The picture of the network, in layers. What never moves is on the lowest canvas, what changes with a
// step on the middle one, and a frame draws on the uppermost alone. The input neurons are a canvas of
// 28 by 28 pixels, which the page scales, and names are buttons of the page.

import { drawCounts, emptyTally, followCounts } from "./counts.js";
import { SIDE } from "./digit.js";
import { layoutFor } from "./layout.js";
import { colourInput, drawMesh, drawNeurons, fitStamps, followAtOnce, followSmoothly, nothingShown, noStamps, showNewSpikes } from "./neurons.js";
import { drawDots, drawGate, drawPaths, pathsFor, strongestTargets, trace } from "./spikes.js";
import { coloursOf, css } from "./theme.js";

// Pixels of a canvas for one of the page, on each side. More than 2 are not seen, but cost time.
const SHARPEST = 2;
const BLURRIEST = 1;
const FADE_SECONDS = 0.2;
const FADES = /** @type {const} */ (["veil", "gate", "leftover", "dropped"]);

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
 * @property {Record<"lower" | "input" | "middle" | "upper", HTMLCanvasElement>} canvases
 * @property {HTMLElement[]} names
 * @property {Float32Array[]} weights
 * @property {Uint8Array} targets
 * @property {ImageData} image of the input neurons, one pixel for each
 * @property {import("./neurons.js").Stamps[]} stamps of the hidden and the output neurons
 * @property {number} stampedLeftover the fade that they have the colour of
 * @property {number} sharpness pixels of the canvases for one of the page
 * @property {boolean} isStale whether the middle canvas is to be drawn again
 * @property {import("./layout.js").Layout} layout
 * @property {import("./spikes.js").Paths[]} paths
 * @property {import("./theme.js").Colours} colours
 * @property {string} family of the fonts
 * @property {import("./neurons.js").Shown[]} shown
 * @property {import("./counts.js").Tally} tally
 * @property {Fades} fades
 * @property {Fades} goals where the fades go
 * @property {{layers: import("./spikes.js").Dropped[], phase: number}} dropped
 * @property {string} lit the part that is in the light, or ""
 * @property {number} selected the hidden neuron that is looked at
 */

/**
 * @param {HTMLElement} root
 * @param {Float32Array[]} weights
 * @returns {Picture}
 */
export function makePicture(root, weights) {
  const find = (/** @type {string} */ name) =>
    /** @type {HTMLCanvasElement} */ (root.querySelector(`.live-${name}`));
  const none = { veil: 0, gate: 0, leftover: 0, dropped: 0 };
  return {
    root,
    canvases: { lower: find("lower"), input: find("input"), middle: find("middle"), upper: find("upper") },
    names: [...root.querySelectorAll(/** @type {"button"} */ (".live-picture .live-name"))],
    weights,
    targets: strongestTargets(weights[0]),
    image: new ImageData(SIDE, SIDE),
    stamps: [noStamps(), noStamps()],
    stampedLeftover: 0,
    sharpness: SHARPEST,
    isStale: true,
    layout: layoutFor(0), // until it is fitted
    paths: [],
    colours: coloursOf(root),
    family: getComputedStyle(root).fontFamily,
    shown: nothingShown(),
    tally: emptyTally(),
    fades: { ...none },
    goals: { ...none },
    dropped: { layers: [], phase: 0 },
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
  const { root, canvases, names } = picture;
  const layout = (picture.layout = layoutFor(width));
  picture.paths = pathsFor(layout, picture.weights, picture.targets);
  picture.colours = coloursOf(root);
  const scale = Math.min(window.devicePixelRatio || 1, SHARPEST);
  picture.sharpness = Math.min(picture.sharpness, scale);
  root.classList.toggle("live-wide", layout.isWide);
  names.forEach(({ style }, n) => {
    const [x, y] = layout.names[n];
    [style.left, style.top] = [`${x}px`, `${y}px`];
  });
  const { x, y, width: side } = layout.image;
  Object.assign(canvases.input.style, { left: `${x}px`, top: `${y}px`, width: `${side}px`, height: `${side}px` });
  fitCanvas(canvases.lower, layout, scale);
  drawLower(picture, 1 / scale);
  fitMoving(picture);
}

/** @param {Picture} picture */
function fitMoving(picture) {
  fitCanvas(picture.canvases.middle, picture.layout, picture.sharpness);
  fitCanvas(picture.canvases.upper, picture.layout, picture.sharpness);
  stamp(picture);
  picture.isStale = true;
}

/** @param {Picture} picture */
function stamp({ stamps, layout, sharpness, colours, fades }) {
  const voltageColour = mixed(colours.blue, colours.spike, fades.leftover);
  fitStamps(stamps[0], layout.hidden, sharpness, colours, voltageColour);
  fitStamps(stamps[1], layout.output, sharpness, colours, voltageColour);
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
  fitMoving(picture);
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
 * Draw what never moves: the synapses.
 * @param {Picture} picture
 * @param {number} hairline
 */
function drawLower({ canvases, layout, colours, paths }, hairline) {
  const context = contextOf(canvases.lower);
  paths.forEach((some, n) => {
    context.beginPath();
    for (let path = 0; path < some.fromX.length; path++) trace(context, some, path, layout.isWide);
    context.lineWidth = hairline;
    context.strokeStyle = css(colours.quiet, (n ? 0.05 : 0.035) / hairline);
    context.stroke();
  });
}

/**
 * Tell the picture that a run begins.
 * @param {Picture} picture
 */
export function noticeRun(picture) {
  picture.isStale = true;
}

/**
 * Tell the picture that a step has passed.
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 */
export function noticeStep(picture, network) {
  showNewSpikes(picture.shown, network.layers);
  picture.isStale = true;
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
  for (const fade of FADES) {
    const distance = picture.goals[fade] - picture.fades[fade];
    if (!distance) continue;
    picture.fades[fade] += Math.abs(distance) < 0.01 ? distance : nearer * distance;
    isFading = true;
    if (fade === "gate" || fade === "dropped") picture.isStale = true;
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
  const { canvases, layout, colours, shown, fades, stamps, sharpness } = picture;
  if (fades.leftover !== picture.stampedLeftover) {
    picture.stampedLeftover = fades.leftover;
    stamp(picture);
  }
  if (picture.isStale) drawMiddle(picture, network, numSteps);
  colourInput(picture.image, network.layers[0].input, shown[0], colours);
  contextOf(canvases.input).putImageData(picture.image, 0, 0);
  const context = contextOf(canvases.upper);
  context.clearRect(0, 0, layout.width, layout.height);
  if (hasDots) drawFlights(context, picture, network, phase);
  // Neurons lie above the spikes, which pass behind those that they are not drawn to.
  context.setTransform(1, 0, 0, 1, 0, 0);
  drawNeurons(context, stamps[0], shown[1]);
  drawNeurons(context, stamps[1], shown[2]);
  context.setTransform(sharpness, 0, 0, sharpness, 0, 0);
  drawSelection(context, picture);
  drawCounts(context, layout, picture.tally, network.layers[2].counts, shown[2].glow, colours, picture.family);
  if (fades.veil > 0) drawVeil(context, picture);
}

/**
 * Draw what changes with a step.
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 * @param {number} numSteps
 */
function drawMiddle(picture, network, numSteps) {
  const { canvases, layout, colours, fades, family, paths, dropped, sharpness } = picture;
  const context = contextOf(canvases.middle);
  context.clearRect(0, 0, layout.width, layout.height);
  drawMesh(context, layout.image, colours);
  if (fades.gate > 0) drawGate(context, layout, fades.gate, colours, `13px ${family}`);
  // The thinnest line is drawn fastest.
  const look = { hairline: 1 / sharpness, isWide: layout.isWide, colours };
  paths.forEach((some, n) => {
    drawPaths(context, some, network.layers[n], { ...look, alpha: 1 });
    if (fades.dropped) drawPaths(context, some, dropped.layers[n], { ...look, alpha: fades.dropped });
  });
  drawSteps(context, picture, network.steps, numSteps);
  drawDigits(context, picture, network.layers[2].counts);
  picture.isStale = false;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 * @param {import("./network.js").Network} network
 * @param {number} phase
 */
function drawFlights(context, { layout: { isWide }, paths, fades, colours, dropped }, network, phase) {
  context.lineWidth = 3;
  context.strokeStyle = css(colours.spike);
  for (let n = 0; n < paths.length; n++) drawDots(context, paths[n], network.layers[n], phase, isWide);
  if (!fades.dropped) return;
  context.globalAlpha = fades.dropped;
  for (let n = 0; n < paths.length; n++) drawDots(context, paths[n], dropped.layers[n], dropped.phase, isWide);
  context.globalAlpha = 1;
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
 * Where the parts are that can be in the light.
 * @param {import("./layout.js").Layout} layout
 * @returns {Record<string, import("./layout.js").Box[]>}
 */
export function boxesOf({ image, hidden, output, counts, gaps, row }) {
  return {
    currents: [image],
    spikes: gaps.map((gap) => ({ ...gap, height: gap.height + row })),
    neurons: [boxAround(hidden), boxAround(output)],
    counts: [counts],
  };
}

/**
 * Lay a veil over all parts but the one that is in the light.
 * @param {CanvasRenderingContext2D} context
 * @param {Picture} picture
 */
function drawVeil(context, { layout, colours, fades, lit }) {
  context.fillStyle = css(colours.panel, 0.82 * fades.veil);
  for (const [part, some] of Object.entries(boxesOf(layout))) {
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
  const layers = network.layers.map(({ spiking, numSpiking }) => ({ spiking: spiking.slice(), numSpiking }));
  picture.dropped = { layers, phase };
  picture.fades.dropped = 1;
  picture.fades.leftover = picture.goals.leftover = 0;
  picture.goals.gate = 0;
}
