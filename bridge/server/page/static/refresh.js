// Brings <main> up to date every few seconds, without taking away what a person types or opened.
"use strict";
(() => {
  const main = () => document.getElementById("main");
  const seconds = Number(main().dataset.refresh || 0);
  if (history.replaceState && location.search.includes("said=")) {
    history.replaceState(null, "", location.pathname);
  }
  if (!seconds) return;

  const lost = document.getElementById("lost");
  const button = document.getElementById("pause");
  let paused = false;

  const typed = (node) =>
    node.nodeName === "INPUT" &&
    ((node.type === "text" && node.value !== "") || (node.type === "checkbox" && node.checked));
  const callbacks = {
    beforeNodeMorphed: (node) => !typed(node),
    beforeAttributeUpdated: (name, node) => !(name === "open" && node.nodeName === "DETAILS"),
  };

  async function refresh() {
    const answer = await fetch(location.pathname, { credentials: "same-origin", cache: "no-store" });
    if (answer.redirected) return location.reload(); // the session has ended
    if (!answer.ok) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
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
