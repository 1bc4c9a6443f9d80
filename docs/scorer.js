// The order of what the search finds. Sphinx puts names of code first. Here they come after what explains,
// unless the reader typed one that can be nothing but code, such as add_neuron_population.
// Whoever pastes four words or more looks for the cause of a message.
var isMessage = (new URLSearchParams(location.search).get("q") ?? "").trim().split(/\s+/).length >= 4;
var Scorer = {
  score([page, title, , , score]) {
    if (/^docs\/api\//.test(page)) {
      const isTyped = score >= Scorer.objNameMatch && /_|[a-z][A-Z]/.test(title.split(".").pop());
      return isTyped ? score + 20 : score;
    }
    if (/^docs\/mistakes/.test(page)) return score + (isMessage ? 40 : 0);
    if (/^(docs\/how_to|README)/.test(page)) return score + 12;
    if (/^(index|notebooks\/)/.test(page)) return score + 10;
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
