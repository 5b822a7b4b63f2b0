// The tab 对稿 and the 素材篮 in the browser. Reports stay with the program; the basket stays here.
(() => {
  "use strict";
  const strings = JSON.parse(document.getElementById("sr-strings").textContent);
  const { call, readOrSay, say } = window.speechrag;
  const BASKET_KEY = "speechrag-basket";
  const chosen = new Map(); // paragraph → ids of the passages to be inserted as comments

  // --- the desk -----------------------------------------------------------------------------

  const desk = () => document.querySelector(".sd-desk");
  const paragraph = (n) => desk().querySelector(`.sd-p[data-n="${n}"]`);

  async function choose(n, { focus = false } = {}) {
    const here = paragraph(n);
    if (!here) return;
    for (const other of desk().querySelectorAll('.sd-p[aria-selected="true"]')) {
      other.setAttribute("aria-selected", "false");
    }
    here.setAttribute("aria-selected", "true");
    const list = desk().querySelector(".sd-draft");
    list.setAttribute("aria-activedescendant", here.id);
    for (const cell of desk().querySelectorAll(".sd-strip [aria-current]")) {
      cell.removeAttribute("aria-current");
      cell.tabIndex = -1;
    }
    const cell = desk().querySelector(`.sd-strip [data-n="${n}"]`);
    cell.setAttribute("aria-current", "true");
    cell.tabIndex = 0;
    const top = here.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + here.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = Math.max(0, top - 40);
    }
    if (focus) list.focus({ preventScroll: true });
    const panel = desk().querySelector(".sd-matches");
    panel.dataset.n = n;
    panel.replaceChildren(); // nothing of another paragraph may be pressed meanwhile
    const html = await call("matches", { report: desk().dataset.report, n: Number(n) });
    if (panel.dataset.n !== String(n)) return; // another was chosen meanwhile
    panel.innerHTML = html;
    panel.scrollTop = 0;
    markCards();
    const ids = chosen.get(String(n)) || new Set();
    for (const button of panel.querySelectorAll('[data-desk="comment"]')) {
      press(button, ids.has(button.closest("[data-passage]").dataset.passage));
    }
  }

  function press(button, on) {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? strings.desk_commented : strings.desk_comment;
  }

  function step(by) {
    const shown = [...desk().querySelectorAll(".sd-p:not([hidden])")];
    const at = shown.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
    if (next) choose(next.dataset.n);
  }

  async function download(name, payload) {
    const file = readOrSay(await call(name, payload));
    if (file) save(file);
  }

  function save(file) {
    const bytes = Uint8Array.from(atob(file.data), (char) => char.charCodeAt(0));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([bytes]));
    link.download = file.name;
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  const actions = {
    choose: (element) => choose(element.dataset.n),

    jump(cell) {
      const here = paragraph(cell.dataset.n);
      if (here.hidden) for (const on of desk().querySelectorAll('[data-desk="filter"][aria-pressed="true"]')) on.click();
      choose(cell.dataset.n, { focus: true });
      if (cell.closest(".sd-quotes")) {
        desk().querySelector(".sd-strip").scrollIntoView({ block: "start" });
      } else if (window.matchMedia("(max-width: 900px)").matches) {
        desk().querySelector(".sd-columns").scrollIntoView({ block: "start" });
      }
    },

    filter(button) {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      const pressed = [...desk().querySelectorAll('[data-desk="filter"][aria-pressed="true"]')];
      const wanted = new Set(pressed.map((one) => one.dataset.label)); // none: all are shown
      for (const one of desk().querySelectorAll(".sd-p, .sd-strip [data-label]")) {
        one.hidden = wanted.size > 0 && !wanted.has(one.dataset.label);
      }
      const here = desk().querySelector('.sd-p[aria-selected="true"]');
      const first = desk().querySelector(".sd-p:not([hidden])");
      if (here && here.hidden && first) choose(first.dataset.n);
    },

    comment(button) {
      const { n } = button.dataset;
      const id = button.closest("[data-passage]").dataset.passage;
      const ids = chosen.get(n) || new Set();
      if (!ids.delete(id)) ids.add(id);
      chosen.set(n, ids);
      press(button, ids.has(id));
    },

    export(button) {
      const asked = Object.fromEntries([...chosen].map(([n, ids]) => [n, [...ids]]));
      const { kind } = button.dataset;
      return download("export", { report: desk().dataset.report, kind, chosen: asked });
    },

    ask(button) {
      const words = paragraph(button.dataset.n).cloneNode(true);
      words.querySelector(".sd-badge").remove();
      const question = document.querySelector("#sr-question textarea");
      const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set;
      setter.call(question, words.textContent);
      question.dispatchEvent(new Event("input", { bubbles: true }));
      document.querySelector('#sr-tabs [role="tab"]').click();
      setTimeout(() => window.speechrag.press(), 300);
    },

    basket(button) {
      const card = button.closest("[data-passage]");
      const rest = basket().filter((one) => one.passage !== card.dataset.passage);
      const isThere = rest.length < basket().length;
      if (isThere) takeOut(rest);
      else keep([...rest, itemOf(card)]);
      say(isThere ? strings.basket_removed : strings.basket_added);
    },

    "basket-open"() {
      const panel = document.getElementById("sd-basket-panel");
      panel.hidden = !panel.hidden;
      drawBasket();
    },

    "basket-remove"(button) {
      takeOut(basket().filter((one) => one.passage !== button.dataset.passage));
    },

    "basket-clear": () => takeOut([]),

    "basket-undo"() {
      const items = before;
      before = null;
      keep(items);
    },

    "basket-export": (button) =>
      download("basket", { items: basket(), kind: button.dataset.kind }),
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest && event.target.closest("[data-desk]");
    if (!target || !Object.hasOwn(actions, target.dataset.desk)) return;
    if (target.dataset.desk === "choose" && String(window.getSelection())) return; // copying
    actions[target.dataset.desk](target);
  });

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches) return;
    const inStrip = event.target.matches(".sd-strip button");
    if (!inStrip && !event.target.matches(".sd-draft")) return;
    if (event.key === "Enter" && !inStrip) return desk().querySelector(".sd-matches").focus();
    const by = {
      ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e6, End: 1e6,
      ...(inStrip && { ArrowRight: 1, ArrowLeft: -1 }),
    };
    if (!(event.key in by)) return;
    event.preventDefault();
    step(by[event.key]);
    if (inStrip) desk().querySelector(".sd-strip [aria-current]").focus();
  });

  // --- the basket ---------------------------------------------------------------------------

  function basket() {
    try {
      return JSON.parse(localStorage.getItem(BASKET_KEY) || "[]");
    } catch {
      return [];
    }
  }

  let before = null; // the basket as it was before something was taken out

  const takeOut = (items) => keep(items, basket());

  function itemOf(card) {
    const text = card.querySelector(".sr-text .sr-o") || card.querySelector(".sr-text");
    const under = card.closest("[data-topic]");
    const { passage, cite } = card.dataset;
    return { passage, cite, text: text.textContent, topic: under ? under.dataset.topic : "" };
  }

  // The cards say which of them are in the basket; new cards do so when they are drawn.
  function markCards() {
    const known = new Set(basket().map((one) => one.passage));
    for (const button of document.querySelectorAll('[data-desk="basket"]')) {
      const isThere = known.has(button.closest("[data-passage]").dataset.passage);
      button.setAttribute("aria-pressed", String(isThere));
      button.textContent = isThere ? strings.basket_there : strings.basket_add;
    }
  }

  function keep(items, old = null) {
    before = old;
    try {
      localStorage.setItem(BASKET_KEY, JSON.stringify(items));
    } catch {
      // storage may be switched off: then there is no basket
    }
    drawBasket();
    markCards();
  }

  function make(tag, text, data = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    Object.assign(element.dataset, data);
    if (tag === "button") element.type = "button";
    return element;
  }

  function drawBasket() {
    const items = basket();
    const opener = document.getElementById("sd-basket");
    opener.textContent = `${strings.basket} ${items.length}`;
    opener.hidden = items.length === 0 && !before;
    const panel = document.getElementById("sd-basket-panel");
    if (opener.hidden) panel.hidden = true;
    opener.setAttribute("aria-expanded", String(!panel.hidden));
    const list = document.createElement("ol");
    for (const item of items) {
      const row = make("li", "");
      row.append(make("p", item.text), make("p", item.cite));
      row.append(make("button", strings.basket_remove,
        { desk: "basket-remove", passage: item.passage }));
      list.append(row);
    }
    const buttons = make("div", "");
    if (items.length) {
      buttons.append(make("button", strings.basket_export, { desk: "basket-export" }));
      buttons.append(make("button", "Markdown", { desk: "basket-export", kind: "md" }));
      buttons.append(make("button", strings.basket_clear, { desk: "basket-clear" }));
    } else {
      buttons.append(make("p", strings.basket_empty));
    }
    if (before) buttons.append(make("button", strings.basket_undo, { desk: "basket-undo" }));
    panel.replaceChildren(buttons, list);
  }

  // --- start --------------------------------------------------------------------------------

  document.addEventListener("DOMContentLoaded", () => {
    const opener = make("button", "", { desk: "basket-open" });
    opener.id = "sd-basket";
    const panel = make("div", "");
    panel.id = "sd-basket-panel";
    panel.setAttribute("role", "region");
    panel.setAttribute("aria-label", strings.basket);
    panel.hidden = true;
    document.body.append(panel, opener);
    drawBasket();
  });

  window.speechdesk = {
    save,
    mark: markCards,

    collect(cards) {
      const items = cards.map(itemOf);
      const ids = new Set(items.map((one) => one.passage));
      keep([...basket().filter((one) => !ids.has(one.passage)), ...items]);
      say(strings.basket_added);
    },

    attach(element, functions, watch) {
      window.speechrag.serve(functions);
      let report = "";
      watch("value", () => {
        const here = desk();
        if (!here || here.dataset.report === report) return;
        report = here.dataset.report;
        chosen.clear();
        const first = here.querySelector('.sd-p[data-label="0"], .sd-p[data-label="1"]')
          || here.querySelector(".sd-p");
        if (first) choose(first.dataset.n);
        const narrow = window.matchMedia("(max-width: 900px)").matches;
        here.scrollIntoView({ block: "start", behavior: narrow ? "auto" : "smooth" });
      });
    },
  };
})();
