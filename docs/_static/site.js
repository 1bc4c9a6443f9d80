// Long names may break between their words, and not only where the line is full.
const BETWEEN_WORDS = /(?<=[A-Za-z_][_.])(?=[A-Za-z_])|(?<=[A-Za-z])(?=[A-Z][a-z])/;
for (const name of document.querySelectorAll("code.literal .pre")) {
  const words = name.textContent.split(BETWEEN_WORDS);
  name.replaceChildren(...words.flatMap((word) => [word, document.createElement("wbr")]).slice(0, -1));
}

// The options of a command do not break after their hyphens.
for (const command of document.querySelectorAll(":is(.highlight-sh, .highlight-bat) pre, code.literal .pre")) {
  command.innerHTML = command.innerHTML.replace(/(?<=[\s>]|^)-[\w-]+/g, '<span class="option">$&</span>');
}

// What opens a list of pages in the sidebar is an arrow without a name; it gets that of the page above.
for (const arrow of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const page = arrow.closest("li").querySelector("a").textContent;
  arrow.setAttribute("aria-label", `Pages below ${page}`);
}

// The list of pages shows the one that is read, wherever it was scrolled to on the page before.
window.addEventListener("load", () => {
  const sidebar = document.querySelector("#pst-primary-sidebar");
  const current = sidebar?.querySelector("li.current.active > a");
  if (!current) return;
  const [inner, outer] = [current, sidebar].map((element) => element.getBoundingClientRect());
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    sidebar.scrollTop += inner.top - outer.top - outer.height / 3;
  }
});

// What the search quotes comes from the text of a page, without its title, its buttons and its list of
// contents. A result leads to the section that has most of the words.
if (typeof Search !== "undefined") {
  const quoted = Search.htmlToText;
  Search.htmlToText = (page, anchor) => {
    const text = new DOMParser().parseFromString(page, "text/html").querySelector("article.bd-article");
    if (!text) return quoted(page, anchor);
    for (const term of text.querySelectorAll("dt")) term.append(": ");
    for (const one of text.querySelectorAll("h1, .badge-link")) one.remove();
    return quoted(`<div role="main">${text.innerHTML}</div>`, anchor);
  };
  const summarise = Search.makeSearchSummary;
  Search.makeSearchSummary = (page, words, anchor) => {
    if (anchor) return summarise(page, words, anchor);
    const section = sectionWith(page, [...words]);
    const summary = summarise(page, words, section && `#${section}`);
    // The search puts the summary below the link as soon as this returns.
    queueMicrotask(() => {
      const link = summary?.closest("li")?.querySelector("a");
      if (link && section) link.setAttribute("href", `${link.getAttribute("href")}#${section}`);
    });
    return summary;
  };
}

function sectionWith(page, words) {
  const article = new DOMParser().parseFromString(page, "text/html").querySelector("article.bd-article");
  let [best, most] = ["", 0];
  // An entry of the glossary is as good as a section. Inner ones first, so that what is left of the outer ones is their own.
  for (const section of [...(article?.querySelectorAll("section[id], .entries > [id]") ?? [])].reverse()) {
    const text = section.textContent.toLowerCase();
    const number = words.filter((word) => text.includes(word.toLowerCase())).length;
    const isPage = !section.parentElement.closest("section");
    if (number && number >= most) [best, most] = [isPage ? "" : section.id, number];
    section.remove();
  }
  return best;
}

// What the search says when it has finished.
if (typeof Search !== "undefined") {
  Documentation.addTranslations({
    messages: {
      "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
        "Nothing found. A page has to have all the words, so try fewer of them, or another form of a word.",
      "Search finished, found one page matching the search query.": ["1 result", "${resultCount} results"],
    },
    plural_expr: "n === 1 ? 0 : 1",
    locale: "en",
  });
}
