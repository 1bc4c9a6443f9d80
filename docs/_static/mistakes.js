// Finds mistakes by what is typed or pasted: all that have every word, or, for a whole message, those that
// have most in common with it. Names in a message are the reader's own, so they need not be found.

const FEW = 3; // words, up to which all have to be found
const ALIKE = 0.6; // of the best match, what others need to be shown
const MOST = { filter: 50, message: 5 };

const place = document.querySelector(".find-mistakes");
const field = place.querySelector("input");
const said = place.querySelector("p");
const list = place.querySelector("ol");
let loading;

function load() {
  const source = new URL("mistakes.json", document.querySelector("script[src*='mistakes.js']").src);
  loading ??= fetch(source)
    .then((response) => response.json())
    .then((rows) =>
      rows.map(([page, anchor, title, code, message, also]) => {
        const text = `${title} ${message} ${also} ${code}`.toLowerCase();
        const words = new Set(wordsOf(`${title} ${message} ${also}`));
        return { page, anchor, title, message, text, words };
      }),
    );
  return loading;
}

function wordsOf(text) {
  return text.toLowerCase().match(/\w+/g) ?? [];
}

function havingAll(mistakes, words) {
  const found = mistakes.filter(({ text }) => words.every((word) => text.includes(word)));
  const inTitle = ({ title }) => words.every((word) => title.toLowerCase().includes(word));
  return [...found.filter(inTitle), ...found.filter((one) => !inTitle(one))];
}

function mostAlike(mistakes, words) {
  const weights = new Map();
  for (const word of new Set(words)) {
    const number = mistakes.filter((one) => one.words.has(word)).length;
    if (number) weights.set(word, Math.log(1 + mistakes.length / number));
  }
  const scored = mistakes.map((one) => {
    let score = 0;
    for (const [word, weight] of weights) if (one.words.has(word)) score += weight;
    return [score / Math.sqrt(10 + one.words.size), one];
  });
  scored.sort(([one], [other]) => other - one);
  const best = scored[0][0];
  return scored.filter(([score]) => score > 0 && score >= ALIKE * best).map(([, one]) => one);
}

function entry({ page, anchor, title, message }) {
  const [item, link, text] = ["li", "a", "pre"].map((name) => document.createElement(name));
  link.href = `${page}#${anchor}`;
  link.textContent = title;
  text.textContent = message;
  item.append(link, text);
  return item;
}

async function show() {
  const mistakes = await load();
  const words = wordsOf(field.value);
  const isMessage = words.length > FEW;
  const most = isMessage ? MOST.message : MOST.filter;
  let found = words.length ? havingAll(mistakes, words) : [];
  if (isMessage && !found.length) found = mostAlike(mistakes, words);
  list.replaceChildren(...found.slice(0, most).map(entry));
  if (!words.length) said.textContent = "";
  else if (!found.length) said.textContent = "Nothing found. Try fewer words.";
  else if (found.length > most) said.textContent = `The first ${most} of ${found.length} mistakes:`;
  else said.textContent = found.length === 1 ? "One mistake:" : `${found.length} mistakes:`;
}

place.hidden = false;
field.addEventListener("focus", load, { once: true });
field.addEventListener("input", show);
if (field.value) show();
