// Output spikes, counted in blocks, and the line that a leader has to reach.

import { isSafe, MARGIN, raceOf } from "./answer.js";
import { css } from "./theme.js";

const FEWEST = 8; // blocks that there is room for
const THINNEST = 4; // pixels of a block; thinner ones are one bar, with their number at its end
const NUMBER = 24; // pixels for it

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
 * @param {string} family of the fonts
 */
export function drawCounts(context, layout, tally, counts, glow, colours, family) {
  const { counts: box, output, isWide } = layout;
  const space = isWide ? box.width : box.height;
  const areBlocks = space / tally.room >= THINNEST;
  const block = (areBlocks ? space : space - NUMBER) / tally.room;
  const gap = areBlocks ? Math.min(1.5, 0.25 * block) : 0;
  const thick = Math.min(isWide ? 0.5 * output.y[1] - 0.5 * output.y[0] : box.width / 22, 18);
  const race = raceOf(counts);
  context.font = `13px ${family}`;
  context.textBaseline = "middle";
  context.textAlign = isWide ? "left" : "center";
  for (let digit = 0; digit < tally.blocks.length; digit++) {
    const number = tally.blocks[digit];
    if (!number) continue;
    const leads = digit === race.leader && race.first > 0;
    const [x, y] = isWide ? [box.x, output.y[digit] - thick / 2] : [output.x[digit] - thick / 2, box.y];
    const bar = (/** @type {number} */ from, /** @type {number} */ to) => {
      const [start, length] = [from * block, (to - from) * block - gap];
      if (isWide) context.fillRect(x + start, y, length, thick);
      else context.fillRect(x, y + start, thick, length);
    };
    context.fillStyle = css(leads ? colours.blue : colours.quiet, leads ? 1 : 0.55);
    if (areBlocks) for (let n = 0; n < number; n++) bar(n, Math.min(n + 1, number));
    else {
      bar(0, number);
      const end = number * block + (isWide ? 4 : 9);
      context.fillStyle = css(leads ? colours.blue : colours.quiet);
      if (counts[digit]) context.fillText(String(counts[digit]), isWide ? x + end : x + thick / 2, isWide ? y + thick / 2 + 1 : y + end);
    }
    if (number >= 1 && glow[digit]) {
      context.fillStyle = css(colours.spike, glow[digit]);
      bar(number - 1, number);
    }
  }
  if (race.first > 0) drawLine(context, layout, tally.line * block - gap / 2, isSafe(race), colours);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./layout.js").Layout} layout
 * @param {number} at how far from the first block
 * @param {boolean} isReached
 * @param {import("./theme.js").Colours} colours
 */
function drawLine(context, { counts: box, isWide }, at, isReached, colours) {
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
  context.fillStyle = css(isReached ? colours.blue : colours.quiet);
  context.textBaseline = "alphabetic";
  context.textAlign = isWide ? "center" : "right";
  const [x, y] = isWide ? [box.x + at, box.y + box.height + 13] : [box.x + box.width, box.y + at - 4];
  context.fillText("safe", x, y);
}
