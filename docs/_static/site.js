// Long names may break between their words, and not only where the line is full.
const BETWEEN_WORDS = /(?<=[_.])(?=[A-Za-z_])|(?<=[A-Za-z])(?=[A-Z][a-z])/;
for (const name of document.querySelectorAll("code.literal .pre")) {
  const words = name.textContent.split(BETWEEN_WORDS);
  name.replaceChildren(...words.flatMap((word) => [word, document.createElement("wbr")]).slice(0, -1));
}

// The options of a command do not break after their hyphens.
for (const command of document.querySelectorAll(":is(.highlight-sh, .highlight-bat) pre")) {
  command.innerHTML = command.innerHTML.replace(/(?<=[\s>])-[\w-]+/g, '<span class="option">$&</span>');
}

// What opens a list of pages in the sidebar is an arrow without a name; it gets that of the page above.
for (const arrow of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const page = arrow.closest("li").querySelector("a").textContent;
  arrow.setAttribute("aria-label", `Pages below ${page}`);
}
