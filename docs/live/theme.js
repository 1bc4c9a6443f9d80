// The colours of the page, for what is drawn on a canvas. They are set in live.css.

const NAMES = ["panel", "paper", "ink", "quiet", "line", "blue", "spike", "below"];

/** @typedef {[number, number, number]} Rgb red, green and blue, from 0 to 255 */

/**
 * @typedef {object} Colours
 * @property {Rgb} panel
 * @property {Rgb} paper
 * @property {Rgb} ink
 * @property {Rgb} quiet
 * @property {Rgb} line
 * @property {Rgb} blue voltage, and what raises it
 * @property {Rgb} spike
 * @property {Rgb} below voltage below zero, and what lowers it
 */

/**
 * Read the colours that an element has in the theme of the moment.
 * @param {HTMLElement} root
 * @returns {Colours}
 */
export function coloursOf(root) {
  // A variable's text may depend on the theme; the colour that it gives an element does not.
  const probe = document.createElement("span");
  for (const name of NAMES) {
    const part = document.createElement("span");
    part.style.color = `var(--${name})`;
    probe.append(part);
  }
  root.append(probe);
  const colours = NAMES.map((name, n) => {
    const parts = getComputedStyle(probe.children[n]).color.match(/[\d.]+/g) ?? [];
    return [name, parts.slice(0, 3).map(Number)];
  });
  probe.remove();
  return Object.fromEntries(colours);
}

/**
 * Write a colour for a canvas.
 * @param {Rgb} colour
 * @param {number} [alpha]
 */
export function css([red, green, blue], alpha = 1) {
  return `rgb(${red} ${green} ${blue} / ${alpha})`;
}

/**
 * Call a function whenever the theme changes: by the page's own switch, or with the system.
 * @param {() => void} follow
 */
export function watchTheme(follow) {
  const observer = new MutationObserver(follow);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
}
