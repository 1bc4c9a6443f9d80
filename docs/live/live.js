// The live network: puts its parts together, and lets them run.

import { answerOf, isSafe, named, raceOf } from "./answer.js";
import { makeRoom } from "./counts.js";
import { hiddenNeuronAt } from "./layout.js";
import * as networks from "./network.js";
import { makeNeuronView, remember, showNeuron, showVoltage } from "./neuron.js";
import { makePad, readSamples, recolour, tell } from "./pad.js";
import { connect } from "./panel.js";
import * as pictures from "./picture.js";
import * as runs from "./run.js";
import { coloursOf, watchTheme } from "./theme.js";

const BLANK = new Uint8Array(networks.SIZES[0]);
const SLOW_FRAME = 0.021; // seconds: on average, fewer than 48 frames a second
const LONGEST_FRAME = 0.1; // seconds; after a longer one, as in a hidden tab, time does not catch up

const root = /** @type {HTMLElement} */ (document.querySelector(".live"));
const find = (/** @type {string} */ name) =>
  /** @type {HTMLElement} */ (root.querySelector(`.live-${name}`));

/** @param {string} name */
async function load(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response.arrayBuffer();
}

/**
 * @param {ArrayBuffer} weightsFile
 * @param {ArrayBuffer} digitsFile
 */
function start(weightsFile, digitsFile) {
  const weights = networks.readWeights(weightsFile);
  const samples = readSamples(digitsFile);
  const network = networks.makeNetwork(weights);
  const clean = networks.makeNetwork(weights); // what a run would count without leftovers
  const run = runs.makeRun();
  const picture = pictures.makePicture(root, weights);
  const canvas = picture.canvases.upper;
  const view = makeNeuronView(root, weights, samples);
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");

  /** @type {Uint8Array} */
  let image = BLANK;
  let message = ""; // why there is no image
  let safeAt = 0; // the step at which the answer was safe, or 0
  let safeDigit = 0;
  let release = () => {}; // puts out the light
  /** @type {Uint8Array | null} */
  let cleanCounts = null; // after an incomplete reset, the counts of a run without it
  let numCrossed = 0;

  // --- Time --------------------------------------------------------------------------------------

  let isPlaying = false; // and not at a pause, or taking a single step
  let frame = 0;
  let before = 0;
  let isSeen = true;
  let usualFrame = 1 / 60; // seconds between frames, on average over the last ones

  function wake() {
    if (frame || !isSeen) return;
    before = performance.now();
    frame = requestAnimationFrame(tick);
  }

  /** @param {number} now */
  function tick(now) {
    const seconds = Math.min(Math.max((now - before) / 1000, 0), LONGEST_FRAME);
    before = now;
    const wasRunning = run.goal !== null;
    runs.advance(run, seconds, takeStep, network.steps);
    const shown = stillness.matches ? Infinity : seconds;
    const isMoving = pictures.followNetwork(picture, network, shown);
    pictures.drawFrame(picture, network, run.phase, run.numSteps, !stillness.matches);
    if (wasRunning && run.goal === null) rest();
    usualFrame += 0.03 * (seconds - usualFrame);
    if (usualFrame > SLOW_FRAME && pictures.blur(picture)) usualFrame = 1 / 60;
    frame = 0;
    if (isSeen && (run.goal !== null || isMoving)) frame = requestAnimationFrame(tick);
  }

  function takeStep() {
    networks.step(network);
    pictures.noticeStep(picture, network);
    remember(view.history, network);
    showVoltage(view, network.threshold, run.numSteps, picture.colours);
    judge();
    if (cleanCounts) tellCrossed();
    return network.steps;
  }

  /** What is to be said when nothing moves any more. */
  function rest() {
    stop();
    describe();
    if (isAtEnd()) sayAnswer();
  }

  // --- Runs --------------------------------------------------------------------------------------

  /** Forget the run so far, and everything in flight. */
  function rewind() {
    if (network.layers.some(({ numSpiking }) => numSpiking)) pictures.showDrop(picture, network, run.phase);
    networks.resetVariables(network);
    networks.dropSpikes(network);
    cleanCounts = null;
    sayCrossed("");
    begin();
    run.phase = runs.HALF_WAY;
    run.isCrossing = false;
  }

  /** Begin to count anew, whatever is in flight. */
  function begin() {
    safeAt = 0;
    write(find("said"), "");
    view.history.steps = 0;
    clean.threshold = network.threshold;
    const counts = networks.countsOverTime(clean, image, run.numSteps);
    makeRoom(picture.tally, counts.subarray(-10));
    showVoltage(view, network.threshold, run.numSteps, picture.colours);
    pictures.noticeRun(picture);
    judge();
  }

  function play() {
    if (!image.some(Boolean)) return;
    if (isAtEnd()) rewind();
    run.goal = run.numSteps;
    isPlaying = true;
    canvas.setAttribute("aria-label", "The network is running.");
    sayPlaying();
    wake();
  }

  function stop() {
    run.goal = null;
    isPlaying = false;
    sayPlaying();
  }

  /** Run to the end without showing how, for those who want no motion. */
  function runToEnd() {
    while (!isAtEnd()) runs.jump(run, takeStep);
    rest();
    wake();
  }

  /**
   * Start again with other settings. What was paused stays so.
   * @param {() => void} set
   */
  function restartWith(set) {
    const isPaused = !isPlaying && !isAtEnd();
    set();
    if (!isPaused) return restart();
    rewind();
    stop();
    describe();
    wake();
  }

  /** Start again with what is on the pad. */
  function restart() {
    rewind();
    stop();
    if (!image.some(Boolean)) {
      describe();
      wake();
    } else if (stillness.matches) runToEnd();
    else play();
  }

  // --- What is said ------------------------------------------------------------------------------

  function isAtEnd() {
    return network.steps >= run.numSteps;
  }

  function judge() {
    const race = raceOf(network.layers[2].counts);
    if (!safeAt && isSafe(race)) {
      safeAt = network.steps;
      safeDigit = race.leader;
      sayAnswer();
    }
    const digit = safeAt ? safeDigit : race.leader;
    const hasDigit = race.first > 0 || safeAt > 0;
    write(find("digit"), hasDigit ? String(digit) : "–");
    find("answer").classList.toggle("live-safe", safeAt > 0);
    let why = "no output spike yet";
    if (safeAt) why = `safe after ${counted(safeAt, "step")}`;
    else if (race.first > race.second) why = "ahead by 1 spike";
    else if (race.first > 0) why = isAtEnd() ? "a tie" : "a tie so far";
    if (message) why = "";
    write(find("why"), why);
    write(find("note"), message);
    const whyNot = whyNoRun();
    for (const name of ["play", "reset-now", "reset-all"]) disable(find(name), whyNot);
    disable(find("step"), whyNoStep());
  }

  function whyNoRun() {
    return image.some(Boolean) ? "" : "There is no digit yet: draw one, or choose one.";
  }

  function whyNoStep() {
    return whyNoRun() || (isAtEnd() ? "The run has ended. Play starts another one." : "");
  }

  function sayAnswer() {
    const race = raceOf(network.layers[2].counts);
    let words = "No output neuron has spiked, so there is no answer.";
    if (safeAt) {
      words = `It is ${named(safeDigit)}: safe after ${counted(safeAt, "step")}.`;
      if (isAtEnd() && race.leader !== safeDigit) {
        words += ` After ${counted(network.steps, "step")}, the leader is ${race.leader}.`;
      }
    } else if (race.first > 0) {
      words = `Probably ${named(race.leader)}, but no digit is 2 spikes ahead after ${counted(network.steps, "step")}.`;
    }
    write(find("said"), words);
  }

  function sayPlaying() {
    find("play").classList.toggle("live-playing", isPlaying);
    write(find("play"), isPlaying ? "Pause" : "Play");
  }

  /** @param {string} words */
  function sayCrossed(words) {
    for (const place of root.querySelectorAll(".live-crossed")) write(place, words);
  }

  function tellCrossed() {
    if (!cleanCounts || !network.steps) return;
    const row = cleanCounts.subarray((network.steps - 1) * 10, network.steps * 10);
    let differ = 0;
    network.layers[2].counts.forEach((count, n) => (differ += Math.abs(count - row[n])));
    const without = answerOf(cleanCounts);
    let words = `${counted(numCrossed, "spike")} crossed the reset, and arrived in a network that should have been at rest.`;
    if (safeAt && without.safeAt && safeAt !== without.safeAt) {
      words += ` So the answer is safe after ${counted(safeAt, "step")}, and from a clean start after ${without.safeAt}.`;
    }
    if (isAtEnd()) {
      words += differ
        ? ` After ${counted(network.steps, "step")}, the counts differ by ${counted(differ, "output spike")} from those of a clean start.`
        : " This time, the final counts are those of a clean start.";
      const race = raceOf(network.layers[2].counts);
      const answer = safeAt ? safeDigit : race.first ? race.leader : null;
      words += answer === without.answer ? " The answer is the same." : ` The answer changed: from a clean start it is ${without.answer ?? "none"}.`;
    }
    sayCrossed(words);
  }

  /** Describe the picture in words, for those who do not see it. */
  function describe() {
    const [input, hidden, output] = network.layers.map(({ numSpiking }) => numSpiking);
    const counts = Array.from(network.layers[2].counts, (count, digit) => `${digit}: ${count}`);
    canvas.setAttribute(
      "aria-label",
      `The network after ${counted(network.steps, "step")}. In the last one, ${input} of 784 input ` +
        `neurons, ${hidden} of 128 hidden neurons and ${output} of 10 output neurons spiked. ` +
        `Spikes of the output neurons so far: ${counts.join(", ")}.`,
    );
  }

  // --- Controls ----------------------------------------------------------------------------------

  const orders = {
    play() {
      if (!isPlaying) return play();
      rest();
    },
    step() {
      // A step that is still under way ends at once, so that each press counts.
      if (!isPlaying) while (run.goal !== null && network.steps < run.goal) runs.jump(run, takeStep);
      // What a run has counted stays; another one begins with Play.
      if (isAtEnd() && !message) write(find("note"), whyNoStep());
      if (whyNoStep()) return;
      stop();
      if (stillness.matches) {
        runs.jump(run, takeStep);
        rest();
      } else run.goal = network.steps + 1;
      wake();
    },
    setSpeed(/** @type {number} */ speed) {
      run.speed = speed;
    },
    setThreshold(/** @type {number} */ threshold) {
      if (threshold === network.threshold) return;
      restartWith(() => (network.threshold = threshold));
      look();
    },
    setNumSteps(/** @type {number} */ steps) {
      if (steps === run.numSteps) return;
      restartWith(() => (run.numSteps = steps));
    },
    resetNow() {
      if (!image.some(Boolean)) return;
      release();
      numCrossed = network.layers[0].numSpiking + network.layers[1].numSpiking;
      pictures.showCrossing(picture);
      networks.resetVariables(network);
      cleanCounts = numCrossed ? networks.countsOverTime(clean, image, run.numSteps) : null;
      begin();
      if (numCrossed) runs.cross(run);
      const crossing = `${counted(numCrossed, "spike")} ${numCrossed === 1 ? "is" : "are"} crossing the reset.`;
      sayCrossed(numCrossed ? crossing : "No spike was in flight, so this reset was complete.");
      if (stillness.matches) runToEnd();
      else play();
    },
    resetAll() {
      if (!image.some(Boolean)) return;
      release();
      restart();
      sayCrossed("Voltages and counts are zero, and nothing is in flight. This run starts clean.");
    },
    light(/** @type {string} */ part) {
      root.dataset.lit = part;
      pictures.light(picture, part);
      wake();
    },
    bringUp(/** @type {string} */ part) {
      const dock = find("dock");
      const boxes = pictures.boxesOf(picture.layout)[part];
      if (!boxes || getComputedStyle(dock).position !== "sticky") return;
      const bottom = canvas.getBoundingClientRect().top + Math.max(...boxes.map(({ y, height }) => y + height));
      const hidden = bottom - dock.getBoundingClientRect().top;
      if (hidden > 0) window.scrollBy({ top: hidden, behavior: stillness.matches ? "auto" : "smooth" });
    },
    select(/** @type {number} */ neuron) {
      picture.selected = view.neuron = neuron;
      /** @type {HTMLInputElement} */ (find("neuron-number")).value = String(neuron);
      write(find("selected"), String(neuron));
      look();
      wake();
    },
    keepNeuron() {
      orders.select(view.neuron);
    },
  };

  function look() {
    showNeuron(view, image, network.threshold, picture.colours);
    showVoltage(view, network.threshold, run.numSteps, picture.colours);
  }

  const pad = makePad(root, samples, picture.colours, {
    draws(drawn) {
      release();
      show(drawn, "");
      rewind();
      stop();
      wake();
    },
    shows(drawn, why) {
      release();
      show(drawn, why);
      restart();
      look();
      if (why) write(find("said"), why);
    },
  });

  /**
   * @param {Uint8Array | null} drawn
   * @param {string} why
   */
  function show(drawn, why) {
    image = drawn ?? BLANK;
    message = why;
    networks.showImage(network, image);
  }

  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const neuron = hiddenNeuronAt(picture.layout, event.clientX - box.left, event.clientY - box.top);
    if (neuron === null) return;
    release();
    orders.select(neuron);
  });

  // --- Page --------------------------------------------------------------------------------------

  release = connect(root, orders);
  pictures.fit(picture, find("layers").getBoundingClientRect().width);
  new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width === picture.layout.width) return;
    pictures.fit(picture, contentRect.width);
    wake();
  }).observe(find("layers"));
  watchTheme(() => {
    pictures.fit(picture, picture.layout.width);
    recolour(pad, coloursOf(root));
    look();
    wake();
  });
  new IntersectionObserver(([{ isIntersecting }]) => {
    isSeen = isIntersecting;
    wake();
  }).observe(root);
  tell(pad);
  // A neuron that takes part in the example is a better start than the first.
  orders.select(busiestNeuron(clean));
  for (const part of root.querySelectorAll("[inert]")) part.removeAttribute("inert");
}

/** @param {import("./network.js").Network} network */
function busiestNeuron({ layers: [, { counts }] }) {
  return counts.reduce((most, count, n) => (count > counts[most] ? n : most), 0);
}

/**
 * @param {number} number
 * @param {string} noun
 */
function counted(number, noun) {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/**
 * A button says why it does nothing.
 * @param {HTMLElement} button
 * @param {string} why it does nothing, or ""
 */
function disable(button, why) {
  button.setAttribute("aria-disabled", String(why !== ""));
  button.title = why;
  if (why) button.setAttribute("aria-description", why);
  else button.removeAttribute("aria-description");
}

/**
 * @param {Element} element
 * @param {string} text
 */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

Promise.all([load("weights.bin"), load("digits.bin")])
  .then(([weights, digits]) => start(weights, digits))
  .catch((error) => {
    root.classList.add("live-failed");
    find("said").textContent = "The network could not be loaded. Check your connection, and reload the page.";
    throw error;
  });
