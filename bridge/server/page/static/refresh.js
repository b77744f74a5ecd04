// Brings <main> up to date every few seconds, without taking away what a person types or opened.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const seconds = Number(main().dataset.refresh || 0);
  const here = new URL(location.href);
  if (here.searchParams.has("said")) {
    here.searchParams.delete("said");
    history.replaceState(null, "", here);
  }
  // A page that the browser kept for its back button may be of a session that has ended.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  if (!seconds) return;

  const lost = document.getElementById("lost");
  const button = document.getElementById("pause");
  const PATIENCE = 10000; // a bridge that hangs says nothing either
  let paused = false;

  const typed = (node) =>
    (node.nodeName === "INPUT" &&
      (node.type === "checkbox"
        ? node.checked !== node.defaultChecked
        : node.type !== "hidden" && node.value !== node.defaultValue)) ||
    (node.nodeName === "SELECT" && [...node.options].some((o) => o.selected !== o.defaultSelected));
  const callbacks = {
    beforeNodeMorphed: (node) => !typed(node),
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.nodeName === "DETAILS"),
  };

  async function asked() {
    const patience = new AbortController();
    const over = setTimeout(() => patience.abort(), PATIENCE);
    const headers = { "X-Refresh": "1" }; // nobody's doing: the session ends all the same
    const how = { credentials: "same-origin", cache: "no-store", signal: patience.signal, headers };
    try {
      const answer = await fetch(location.pathname + location.search, how);
      if (!answer.redirected && !answer.ok) throw new Error(String(answer.status));
      return answer.redirected ? null : await answer.text();
    } finally {
      clearTimeout(over);
    }
  }

  async function refresh() {
    const text = await asked();
    if (text === null) return location.reload(); // the session has ended
    const fresh = new DOMParser().parseFromString(text, "text/html");
    document.title = fresh.title;
    Idiomorph.morph(main(), fresh.getElementById("main"), { ignoreActiveValue: true, callbacks });
  }

  async function turn() {
    if (!paused && !document.hidden) {
      try {
        await refresh();
        lost.hidden = true;
      } catch {
        lost.hidden = false;
      }
    }
    setTimeout(turn, seconds * 1000);
  }

  function show() {
    button.textContent = paused ? button.dataset.resume : button.dataset.pause;
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    show();
  });
  show();
  setTimeout(turn, seconds * 1000);
})();
