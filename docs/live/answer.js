// When is an answer safe? Chapter 6 stops as soon as the leader is two spikes ahead of all others.

export const MARGIN = 2;

/**
 * @typedef {object} Race
 * @property {number} leader the digit with most spikes; of a tie, the lowest
 * @property {number} first its spikes
 * @property {number} second the spikes of the runner-up
 */

/**
 * Find the digit that is ahead.
 * @param {ArrayLike<number>} counts
 * @returns {Race}
 */
export function raceOf(counts) {
  let leader = 0;
  for (let n = 1; n < counts.length; n++) if (counts[n] > counts[leader]) leader = n;
  let second = 0;
  for (let n = 0; n < counts.length; n++) {
    if (n !== leader && counts[n] > second) second = counts[n];
  }
  return { leader, first: counts[leader], second };
}

/**
 * Give a digit with its article.
 * @param {number} digit
 */
export function named(digit) {
  return `${digit === 8 ? "an" : "a"} ${digit}`;
}

/**
 * Say whether the leader is far enough ahead.
 * @param {Race} race
 */
export function isSafe(race) {
  return race.first - race.second >= MARGIN;
}

/**
 * Give the answer of a run: the first digit that was safe, or else the leader at its end.
 * @param {Uint8Array} counts a row of ten for each step
 * @returns {{answer: number | null, safeAt: number}} no answer without any spike; the step at which
 *   the answer was safe, or 0
 */
export function answerOf(counts) {
  for (let first = 0; first < counts.length; first += 10) {
    const race = raceOf(counts.subarray(first, first + 10));
    if (isSafe(race)) return { answer: race.leader, safeAt: first / 10 + 1 };
  }
  const { leader, first } = raceOf(counts.subarray(-10));
  return { answer: first ? leader : null, safeAt: 0 };
}
