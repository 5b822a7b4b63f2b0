// What the page does in the browser: one set of delegated handlers for every card and row.
// Whatever needs the library goes through Gradio's server functions, which give escaped HTML.
(() => {
  "use strict";
  const strings = JSON.parse(document.getElementById("sr-strings").textContent);
  const servers = []; // the functions of each gr.HTML that attached itself
  const SCRIPT_KEY = "speechrag-script";

  // Gradio goes by the browser's language: the page's own is what the person chose.
  const { lang } = document.documentElement;
  for (const [name, value] of [["language", lang], ["languages", [lang]]]) {
    Object.defineProperty(navigator, name, { value });
  }

  // --- talking to the library and to the reader -------------------------------------------

  // What the function gave: HTML, or JSON; a message where the program cannot be reached.
  async function call(name, payload) {
    const server = servers.find((one) => one && one[name]);
    try {
      const answer = await server[name](payload);
      if (typeof answer !== "string") throw new Error("no answer");
      return answer;
    } catch {
      const p = document.createElement("p");
      p.className = "sr-notice sr-error";
      p.setAttribute("role", "alert");
      p.textContent = strings.unreachable;
      return p.outerHTML;
    }
  }

  // The JSON of an answer; null when it is a message, which is then told.
  function readOrSay(answer) {
    if (answer.startsWith("{")) return JSON.parse(answer);
    const box = document.createElement("div");
    box.innerHTML = answer;
    say(box.textContent);
    return null;
  }

  function say(text) {
    const live = document.getElementById("sr-live");
    live.textContent = text;
    live.classList.add("sr-shown");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => live.classList.remove("sr-shown"), 3000);
  }

  function wait(panel) {
    panel.hidden = false;
    panel.setAttribute("aria-busy", "true");
    panel.innerHTML = '<p class="sr-edge"></p>';
    panel.firstChild.textContent = strings.loading;
  }

  function fill(panel, html) {
    panel.innerHTML = html;
    panel.removeAttribute("aria-busy");
  }

  function close(button, panel) {
    button.setAttribute("aria-expanded", "false");
    panel.hidden = true;
    panel.replaceChildren();
  }

  // --- what the buttons do ----------------------------------------------------------------

  const actions = {
    async context(button, card) {
      const panel = card.querySelector(".sr-panel");
      const opened = button.getAttribute("aria-expanded") === "true";
      button.textContent = opened ? strings.show_context : strings.hide_context;
      if (opened) return close(button, panel);
      button.setAttribute("aria-expanded", "true");
      wait(panel);
      const html = await call("context", { passage: card.dataset.passage, reach: 2 });
      if (button.getAttribute("aria-expanded") === "true") fill(panel, html);
    },

    async more(button, card) {
      const panel = button.closest(".sr-panel");
      const reach = Number(button.dataset.reach);
      fill(panel, await call("context", { passage: card.dataset.passage, reach }));
      const next = panel.querySelector("[data-do=more]") || card.querySelector("[data-do=context]");
      next.focus({ preventScroll: true });
    },

    async copy(button, card) {
      const text = visibleText(card.querySelector(".sr-text"));
      const { cite, citeSimplified } = card.dataset;
      if (await copyText(`${text}\n${isSimplified() && citeSimplified ? citeSimplified : cite}`)) {
        button.textContent = strings.copied_short;
        setTimeout(() => (button.textContent = strings.copy), 2500);
        say(strings.copied);
      } else {
        say(strings.copy_failed);
      }
    },

    async speech(button, card) {
      const dialog = document.getElementById("sr-dialog");
      const body = dialog.querySelector("div");
      wait(body);
      dialog.showModal();
      const { speech, passage } = card.dataset;
      fill(body, await call("whole", { speech, passage: passage || "" }));
      const here = body.querySelector(".sr-here");
      if (here) here.scrollIntoView({ block: "center" });
    },

    async detail(button, row) {
      const panel = row.querySelector(".sr-panel");
      if (button.getAttribute("aria-expanded") === "true") return close(button, panel);
      button.setAttribute("aria-expanded", "true");
      wait(panel);
      const html = await call("detail", { speech: row.dataset.speech });
      if (button.getAttribute("aria-expanded") === "true") fill(panel, html);
    },

    script(button) {
      setScript(button.dataset.script);
    },

    close() {
      document.getElementById("sr-dialog").close();
    },
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-do]");
    if (!button || !Object.hasOwn(actions, button.dataset.do)) return;
    actions[button.dataset.do](button, button.closest("[data-passage].sr-card, li[data-speech]"));
  });

  // "toggle" does not bubble, but it can be caught on the way down
  document.addEventListener("toggle", async (event) => {
    const details = event.target;
    if (!details.matches || !details.matches(".sr-score") || !details.open) return;
    const why = details.querySelector(".sr-why");
    if (why.childElementCount) return;
    const results = details.closest("[data-request]");
    const card = details.closest("[data-passage]");
    wait(why);
    const request = JSON.parse(results.dataset.request);
    fill(why, await call("explain", { request, passage: card.dataset.passage }));
  }, true);

  // Gradio names the places for files in English only, over the words that stand in them, and
  // makes them anew after each file; in English only it tells that the program is gone.
  new MutationObserver(() => {
    for (const text of document.querySelectorAll(".toast-message-text.error")) {
      if (!text.textContent.startsWith("Connection ")) continue;
      text.textContent = strings.unreachable;
      text.closest(".toast-body").querySelector(".toast-title").textContent = "";
    }
    for (const drop of document.querySelectorAll("button[aria-dropeffect][aria-label]")) {
      drop.removeAttribute("aria-label");
    }
  }).observe(document.documentElement, { childList: true, subtree: true });

  let latest = 0;
  document.addEventListener("input", async (event) => {
    if (!event.target.matches("[data-filter]")) return;
    const rows = event.target.closest(".sr-shelf").querySelector(".sr-rows");
    const mine = (latest += 1);
    const html = await call("rows", { wanted: event.target.value });
    if (mine === latest) rows.innerHTML = html;
  });

  // --- copying and scripts ----------------------------------------------------------------

  const isSimplified = () => document.documentElement.classList.contains("sr-simplified");

  function visibleText(element) {
    const one = element.querySelector(isSimplified() ? ".sr-s" : ".sr-o");
    return (one || element).textContent;
  }

  async function copyText(text) {
    // the clipboard interface exists only for https and for this machine's own address
    if (navigator.clipboard && window.isSecureContext) {
      try {
        await navigator.clipboard.writeText(text);
        return true;
      } catch {
        // refused: try the older way
      }
    }
    const area = document.createElement("textarea");
    const focused = document.activeElement;
    area.value = text;
    area.className = "sr-offscreen";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (focused) focused.focus({ preventScroll: true });
    return done;
  }

  function remembered() {
    try {
      return localStorage.getItem(SCRIPT_KEY);
    } catch {
      return null; // storage may be switched off
    }
  }

  function setScript(script) {
    document.documentElement.classList.toggle("sr-simplified", script === "simplified");
    try {
      localStorage.setItem(SCRIPT_KEY, script);
    } catch {
      // then it holds until the page is closed
    }
    pressScript();
  }

  function pressScript() {
    for (const button of document.querySelectorAll("[data-do=script]")) {
      const pressed = (button.dataset.script === "simplified") === isSimplified();
      button.setAttribute("aria-pressed", String(pressed));
    }
  }

  // --- start ------------------------------------------------------------------------------

  if (remembered() === "simplified") document.documentElement.classList.add("sr-simplified");

  document.addEventListener("DOMContentLoaded", () => {
    const live = document.createElement("div");
    live.id = "sr-live";
    live.setAttribute("role", "status");
    const announced = document.createElement("div");
    announced.id = "sr-announced";
    announced.className = "sr-offscreen";
    announced.setAttribute("role", "status");
    const dialog = document.createElement("dialog");
    dialog.id = "sr-dialog";
    dialog.setAttribute("aria-labelledby", "sr-dialog-title");
    dialog.innerHTML = '<button type="button" data-do="close"></button><div></div>';
    dialog.firstChild.textContent = strings.close;
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    document.body.append(live, announced, dialog);
  });

  window.speechrag = {
    call,
    copyText,
    readOrSay,
    say,
    serve: (functions) => servers.push(functions),

    press() {
      const question = document.querySelector("#sr-question textarea");
      if (question.value.trim()) document.getElementById("sr-ask").click();
    },

    attach(element, server, watch) {
      window.speechrag.serve(server);
      watch("value", () => {
        // the new answer replaced the old one node by node: undo what its cards had opened
        for (const button of element.querySelectorAll("[data-do=context]")) {
          button.textContent = strings.show_context;
        }
        for (const details of element.querySelectorAll(".sr-score")) details.open = false;
        pressScript();
        window.speechdesk.mark();
        const found = element.querySelector(".sr-head strong");
        if (found) document.getElementById("sr-announced").textContent = found.textContent;
        const narrow = window.matchMedia("(max-width: 700px)").matches;
        if (narrow && element.querySelector(".sr-results")) {
          element.scrollIntoView({ block: "start", behavior: "smooth" });
        }
      });
    },
  };
})();
