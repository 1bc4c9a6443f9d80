// Time: when the next step comes, and how far the spikes in flight have travelled.

/** A step that is shown by itself ends with the spikes half way, so that one can see them. */
export const HALF_WAY = 0.5;

const BEFORE_A_RESET = 0.3; // how far spikes have travelled, at most, when they begin to cross it
const SLOW = 0.45; // steps per second in which spikes cross a reset

/**
 * @typedef {object} Run
 * @property {number} speed steps per second
 * @property {number} numSteps for how many steps an image is shown
 * @property {number} phase how far spikes have travelled, from 0 to 1
 * @property {number | null} goal the step to stop at, or null at a pause
 * @property {boolean} isCrossing whether spikes are crossing a reset, which is shown slowly
 */

/**
 * @returns {Run}
 */
export function makeRun() {
  return { speed: 4, numSteps: 30, phase: HALF_WAY, goal: null, isCrossing: false };
}

/**
 * Let time pass.
 * @param {Run} run
 * @param {number} seconds
 * @param {() => number} step simulates one step, and returns how many have passed
 * @param {number} stepsPassed so far
 */
export function advance(run, seconds, step, stepsPassed) {
  let left = seconds * (run.isCrossing ? Math.min(run.speed, SLOW) : run.speed);
  let passed = stepsPassed;
  while (run.goal !== null && left > 0) {
    const isLast = passed >= run.goal;
    const stop = isLast ? HALF_WAY : 1;
    const travelled = Math.min(left, Math.max(stop - run.phase, 0));
    run.phase += travelled;
    left -= travelled;
    if (run.phase < stop) break;
    if (isLast) {
      run.goal = null;
    } else {
      passed = step();
      run.phase = 0;
      run.isCrossing = false;
    }
  }
}

/**
 * Let spikes in flight cross a reset, from in front of it.
 * @param {Run} run
 */
export function cross(run) {
  run.isCrossing = true;
  run.phase = Math.min(run.phase, BEFORE_A_RESET);
}

/**
 * Take a step without showing what happens in between.
 * @param {Run} run
 * @param {() => number} step
 */
export function jump(run, step) {
  step();
  run.phase = HALF_WAY;
  run.isCrossing = false;
}
