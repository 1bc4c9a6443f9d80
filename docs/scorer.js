// The order of what the search finds. Sphinx puts names of code first. Here they come after what explains,
// unless the reader typed something that can be nothing but code, such as add_neuron_population.
// A page whose title has all the words is what the reader looks for, rather than one that has them in a heading.
// Whoever pastes four words or more looks for the cause of a message.
var words = (new URLSearchParams(location.search).get("q") ?? "").trim();
var isMessage = words.split(/\s+/).length >= 4;
var isCode = /^\S*([A-Za-z\d]_|[a-z][A-Z]|[a-z]\.[a-z])\S*$/.test(words);
var isIn = (title) => words.toLowerCase().split(/\s+/).every((word) => title.toLowerCase().includes(word));
var Scorer = {
  score([page, title, anchor, , score]) {
    if (!anchor && isIn(title)) score += 10;
    if (/^docs\/api\//.test(page)) return score + (isCode ? 40 : -30);
    if (/^docs\/mistakes/.test(page)) return score + (isMessage ? 40 : 0);
    if (/^docs\/glossary/.test(page)) return score + 18;
    if (/^docs\/(how_to|from_4_9)/.test(page)) return score + 15;
    if (/^(index|README|notebooks\/)/.test(page)) return score + 14;
    if (/^(CHANGELOG|CONTRIBUTING|tests|tools)/.test(page)) return score - 10;
    return score;
  },
  // The rest is as in Sphinx.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
