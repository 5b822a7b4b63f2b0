// What was typed, and which tab was open, outlive a reload and a change of language. Kept for this
// window alone, and gone when it is closed.
(() => {
  "use strict";
  const TYPED_KEY = "speechrag-typed";

  function typed() {
    try {
      return JSON.parse(sessionStorage.getItem(TYPED_KEY)) || {};
    } catch {
      return {};
    }
  }

  function keepTyped() {
    const kept = typed(); // also of tabs that were not opened since
    for (const area of document.querySelectorAll(".gradio-container textarea")) {
      const box = area.closest("[id]");
      if (box) kept[box.id] = area.value;
    }
    const tab = document.querySelector('#sr-tabs [role="tab"][aria-selected="true"]');
    if (tab) kept.tab = tab.dataset.tabId;
    try {
      sessionStorage.setItem(TYPED_KEY, JSON.stringify(kept));
    } catch {
      // no storage, or no room: then a reload loses it
    }
  }

  // What each box is given when the page opens. Nothing is kept before: the boxes are empty.
  function recall(names) {
    const kept = typed();
    window.addEventListener("pagehide", keepTyped);
    const tab = document.querySelector(`#sr-tabs [role="tab"][data-tab-id="${kept.tab}"]`);
    const first = document.querySelector('#sr-tabs [role="tab"]');
    if (tab && first.getAttribute("aria-selected") === "true") tab.click(); // none chosen since
    return names.map((name) => {
      const area = document.querySelector(`#${name} textarea`);
      const isFresh = !area || !area.value; // on a slow machine one types before this is called
      return kept[name] && isFresh ? kept[name] : { __type__: "update" };
    });
  }

  window.speechtyped = { recall };
})();
