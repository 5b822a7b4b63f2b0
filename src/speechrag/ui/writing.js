// The tab 起草 in the browser: previews, drafts as they are written, the way to a heading.
(() => {
  "use strict";
  const strings = JSON.parse(document.getElementById("sr-strings").textContent);
  const { readOrSay, say } = window.speechrag;

  const gathered = () => document.querySelector(".sw-gathered");
  const token = () => (gathered() ? gathered().dataset.gathered : "");
  const find = (name, n) => gathered().querySelector(`.sw-${name}[data-n="${n}"]`);

  const call = (name, payload) => window.speechrag.call(name, { gathered: token(), ...payload });

  // An answer that is no JSON is a message for the person.
  const isMessage = (answer) => !answer.startsWith("{");

  function open(n) {
    const heading = find("heading", n);
    if (heading) heading.open = true;
    return heading;
  }

  function closePreviews() {
    for (const box of gathered().querySelectorAll(".sw-preview")) box.replaceChildren();
  }

  async function follow(before) {
    let seen = before;
    const mine = token();
    for (let failed = 0; token() === mine;) {
      const answer = await call("follow", { seen });
      const here = gathered();
      if (!here || token() !== mine) return; // other material was gathered meanwhile
      if (isMessage(answer)) {
        failed += 1;
        here.querySelector(".sw-busy").innerHTML = answer;
        if (failed === 3) return;
        await new Promise((done) => setTimeout(done, 1000));
        continue;
      }
      failed = 0;
      const news = JSON.parse(answer);
      seen = news.seen;
      for (const [n, html] of Object.entries(news.slots)) {
        open(n);
        const slot = find("slot", n);
        const focused = slot.contains(document.activeElement);
        slot.innerHTML = html;
        const next = slot.querySelector("button");
        if (focused && next) next.focus({ preventScroll: true });
      }
      const busy = here.querySelector(".sw-busy");
      if (!busy.firstChild || !news.busy || busy.firstChild.outerHTML !== news.busy) {
        const focused = busy.contains(document.activeElement);
        busy.innerHTML = news.busy;
        if (focused && news.busy) busy.querySelector("button").focus({ preventScroll: true });
      }
      here.dataset.seen = seen;
      if (news.done) return;
    }
  }

  const actions = {
    goto(link, event) {
      event.preventDefault();
      const heading = open(link.dataset.n);
      heading.scrollIntoView({ block: "start" });
      heading.querySelector("summary").focus({ preventScroll: true });
    },

    async draft(button) {
      closePreviews();
      const { n } = button.dataset;
      const box = find("preview", n);
      box.innerHTML = await call("prepare", { n: Number(n) });
      box.focus({ preventScroll: true });
      box.scrollIntoView({ block: "nearest" });
    },

    async cancel(button) {
      const box = button.closest(".sw-preview");
      await call("cancel", {});
      box.replaceChildren();
      const again = gathered().querySelector(`[data-write="draft"][data-n="${box.dataset.n}"]`);
      if (again) again.focus({ preventScroll: true });
    },

    async send(button) {
      const box = button.closest(".sw-preview");
      button.disabled = true;
      const answer = await call("send", {});
      if (isMessage(answer)) {
        box.innerHTML = answer;
        return;
      }
      const { n } = box.dataset;
      box.replaceChildren();
      const place = Number(n) ? find("slot", n) : gathered().querySelector(".sw-busy");
      place.tabIndex = -1;
      place.focus({ preventScroll: true });
      await follow(Number(gathered().dataset.seen || 0));
    },

    async halt(button) {
      button.disabled = true;
      await call("halt", {});
    },

    async copy(button) {
      const text = [...button.closest(".sw-draft").querySelectorAll(".sw-text")]
        .map((one) => one.textContent.trim()).join("\n");
      say((await window.speechrag.copyText(text)) ? strings.copied : strings.copy_failed);
    },

    "basket-all"(button) {
      window.speechdesk.collect([...button.closest(".sw-heading").querySelectorAll(".sr-card")]);
    },

    async export(button) {
      const file = readOrSay(await call("material", { kind: button.dataset.kind }));
      if (file) window.speechdesk.save(file);
    },
  };

  document.addEventListener("click", (event) => {
    const target = event.target.closest && event.target.closest("[data-write]");
    if (!target || !Object.hasOwn(actions, target.dataset.write)) return;
    actions[target.dataset.write](target, event);
  });

  // The switch shows and hides the buttons that would ask a model.
  document.addEventListener("change", (event) => {
    if (event.target.matches && event.target.matches("#sw-model input")) pressSwitch();
  });

  function pressSwitch() {
    const box = document.querySelector("#sw-model input");
    document.documentElement.classList.toggle("sw-with-model", Boolean(box && box.checked));
    if (gathered() && !(box && box.checked)) closePreviews();
  }

  window.speechwriting = {
    attach(element, functions, watch) {
      window.speechrag.serve(functions);
      let shown = "";
      let told = "";
      pressSwitch();
      watch("value", () => {
        pressSwitch();
        window.speechdesk.mark();
        for (const button of element.querySelectorAll("[data-do=context]")) {
          button.textContent = strings.show_context; // as page.js: cards are replaced node by node
        }
        const news = element.querySelector(".sr-progress, .sr-notice");
        if (news && news.className !== told) news.scrollIntoView({ block: "nearest" });
        told = news ? news.className : "";
        if (!gathered() || token() === shown) return;
        shown = token();
        for (const box of gathered().querySelectorAll(".sw-preview, .sw-slot, .sw-busy")) {
          box.replaceChildren(); // the new page replaced the old one node by node
        }
        delete gathered().dataset.seen;
        const narrow = window.matchMedia("(max-width: 900px)").matches;
        gathered().scrollIntoView({ block: "start", behavior: narrow ? "auto" : "smooth" });
      });
    },
  };
})();
