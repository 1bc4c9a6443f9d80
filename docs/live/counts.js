// Output spikes, counted in blocks, and the line that a leader has to reach.

import { isSafe, MARGIN, raceOf } from "./answer.js";
import { css } from "./theme.js";

const FEWEST = 8; // blocks that there is room for

/**
 * What is shown of the counts.
 * @typedef {object} Tally
 * @property {Float32Array} blocks of each digit; fractions while they shrink
 * @property {number} line where the line is, in blocks
 * @property {number} room for how many blocks there is room
 */

/** @returns {Tally} */
export function emptyTally() {
  return { blocks: new Float32Array(10), line: MARGIN, room: FEWEST };
}

/**
 * Make room for as many blocks as a run will have.
 * @param {Tally} tally
 * @param {ArrayLike<number>} finalCounts
 */
export function makeRoom(tally, finalCounts) {
  tally.room = Math.max(FEWEST, ...Array.from(finalCounts, (count) => count + MARGIN));
}

/**
 * Let what is shown follow the counts: new blocks are there at once, old ones shrink away.
 * @param {Tally} tally
 * @param {ArrayLike<number>} counts
 * @param {number} seconds
 * @returns {boolean} whether anything is still moving
 */
export function followCounts(tally, counts, seconds) {
  const nearer = 1 - Math.exp(-seconds / 0.12);
  let isMoving = false;
  for (let n = 0; n < tally.blocks.length; n++) {
    const tooMany = tally.blocks[n] - counts[n];
    tally.blocks[n] = tooMany < 0.05 ? counts[n] : tally.blocks[n] - nearer * tooMany;
    if (tally.blocks[n] !== counts[n]) isMoving = true;
  }
  const goal = raceOf(counts).second + MARGIN;
  const distance = goal - tally.line;
  tally.line = Math.abs(distance) < 0.02 ? goal : tally.line + nearer * distance;
  return isMoving || tally.line !== goal;
}

/**
 * Draw the blocks, and the line.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Layout} layout
 * @param {Tally} tally
 * @param {ArrayLike<number>} counts
 * @param {Float32Array} glow of the output neurons
 * @param {import("./theme.js").Colours} colours
 * @param {string} font
 */
export function drawCounts(context, layout, tally, counts, glow, colours, font) {
  const { counts: box, output, isWide } = layout;
  const block = (isWide ? box.width : box.height) / tally.room;
  const gap = block > 5 ? 1.5 : block > 3 ? 0.75 : 0;
  const thick = Math.min(isWide ? 0.5 * output.y[1] - 0.5 * output.y[0] : box.width / 22, 18);
  const race = raceOf(counts);
  const bar = (/** @type {number} */ digit, /** @type {number} */ from, /** @type {number} */ to) => {
    if (isWide) {
      context.fillRect(box.x + from * block, output.y[digit] - thick / 2, (to - from) * block - gap, thick);
    } else {
      context.fillRect(output.x[digit] - thick / 2, box.y + from * block, thick, (to - from) * block - gap);
    }
  };
  for (let digit = 0; digit < tally.blocks.length; digit++) {
    const leads = digit === race.leader && race.first > 0;
    const colour = leads ? colours.blue : colours.quiet;
    const number = tally.blocks[digit];
    context.fillStyle = css(colour, leads ? 1 : 0.55);
    for (let n = 0; n < number; n++) bar(digit, n, Math.min(n + 1, number));
    if (number >= 1 && glow[digit]) {
      context.fillStyle = css(colours.spike, glow[digit]);
      bar(digit, number - 1, number);
    }
  }
  if (race.first > 0) drawLine(context, layout, tally.line * block - gap / 2, isSafe(race), colours, font);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Layout} layout
 * @param {number} at how far from the first block
 * @param {boolean} isReached
 * @param {import("./theme.js").Colours} colours
 * @param {string} font
 */
function drawLine(context, { counts: box, isWide }, at, isReached, colours, font) {
  context.beginPath();
  if (isWide) {
    context.moveTo(box.x + at, box.y + 2);
    context.lineTo(box.x + at, box.y + box.height);
  } else {
    context.moveTo(box.x, box.y + at);
    context.lineTo(box.x + box.width, box.y + at);
  }
  context.lineWidth = 1.5;
  context.setLineDash([2, 4]);
  context.strokeStyle = css(isReached ? colours.blue : colours.quiet);
  context.stroke();
  context.setLineDash([]);
  context.font = font;
  context.fillStyle = css(isReached ? colours.blue : colours.quiet);
  context.textBaseline = "alphabetic";
  context.textAlign = isWide ? "center" : "right";
  const [x, y] = isWide ? [box.x + at, box.y + box.height + 13] : [box.x + box.width, box.y + at - 4];
  context.fillText("safe", x, y);
}
