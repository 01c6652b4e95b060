/**
 * The script of the console's pages, which also work without it: times in the reader's zone, live parts, select
 * all, keys. Loaded once per page; htmx makes the requests.
 */
// @ts-check

const two = (/** @type {number} */ number) => String(number).padStart(2, "0");

/** In the same format as the server writes UTC, so that the layout does not move when the text is replaced. */
function local(/** @type {Date} */ date) {
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return { day, time };
}

/** If the shop has a zone, the server writes times in it and parses forms with it. */
const isInShopZone = document.documentElement.dataset["shopZone"] !== undefined;

function showLocalTimes(/** @type {ParentNode} */ root) {
  if (isInShopZone) return;
  for (const element of root.querySelectorAll("time[datetime]")) {
    const date = new Date(element.getAttribute("datetime") ?? "");
    if (Number.isNaN(date.getTime())) continue;
    const { day, time } = local(date);
    const only = element.getAttribute("data-only");
    if (only === "ago") element.setAttribute("title", `${day} ${time}`);
    else element.textContent = only === "hour" ? time.slice(0, 5) : `${day} ${time}`;
  }
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Forms show the reader's zone and send UTC. */
function useLocalFilters() {
  if (isInShopZone) return;
  for (const label of document.querySelectorAll("[data-zone]")) label.textContent = `(${zone})`;
  for (const form of document.querySelectorAll("form.filters")) {
    const inputs = [...form.querySelectorAll('input[type="datetime-local"]')].filter(
      (input) => input instanceof HTMLInputElement,
    );
    for (const input of inputs) {
      const utc = new Date(input.dataset["utc"] ?? "");
      if (Number.isNaN(utc.getTime())) continue;
      const { day, time } = local(utc);
      input.value = `${day}T${time.slice(0, 5)}`;
    }
    form.addEventListener("formdata", (event) => {
      if (!(event instanceof FormDataEvent)) return;
      for (const { name, value } of inputs) {
        if (value !== "") event.formData.set(name, new Date(value).toISOString());
      }
    });
  }
}

/** True while the focus or a selection is in the live part: it must not change while a person uses it. */
function isInUse() {
  const part = document.getElementById("live-part");
  if (part === null) return false;
  const selected = document.getSelection();
  const isSelecting = selected?.isCollapsed === false && part.contains(selected.anchorNode);
  return isSelecting || part.contains(document.activeElement);
}

const liveDetails = () => [...document.querySelectorAll("#live-part details")];
const summaryOf = (/** @type {Element} */ one) => one.querySelector("summary")?.textContent ?? null;

/** Details that a person has opened stay open when their part is updated. */
function keepOpen() {
  /** @type {(string | null)[]} */
  let opened = [];
  document.body.addEventListener("htmx:beforeSwap", () => {
    opened = liveDetails().flatMap((one) => (one.hasAttribute("open") ? summaryOf(one) : []));
  });
  document.body.addEventListener("htmx:afterSwap", () => {
    for (const one of liveDetails()) {
      if (opened.includes(summaryOf(one))) one.setAttribute("open", "");
    }
  });
}

/** Two timers that update live parts; no updates while the page is hidden, paused or in use. */
function beat() {
  const button = document.getElementById("live");
  let isPaused = localStorage.getItem("paused") === "yes";
  const label = () => {
    if (button !== null) button.textContent = `${isPaused ? "Resume" : "Pause"} live updates`;
  };
  if (button !== null && document.querySelector("[hx-trigger]") !== null) {
    button.hidden = false;
    button.addEventListener("click", () => {
      isPaused = !isPaused;
      localStorage.setItem("paused", isPaused ? "yes" : "no");
      label();
    });
    label();
  }
  const tell = (/** @type {string} */ name) => {
    if (!document.hidden && !isPaused && !isInUse()) document.body.dispatchEvent(new Event(name));
  };
  setInterval(() => tell("tick"), 1_500);
  setInterval(() => tell("tick-slow"), 10_000);
}

function selectAll() {
  const all = document.getElementById("choose-all");
  if (!(all instanceof HTMLInputElement)) return;
  const label = all.closest("label");
  if (label !== null) label.hidden = false;
  all.addEventListener("change", () => {
    for (const box of document.querySelectorAll('#chosen input[name="event"]')) {
      if (box instanceof HTMLInputElement) box.checked = all.checked;
    }
  });
}

/** Marks a pressed button as busy until the answer arrives. */
function showBusy() {
  document.addEventListener("submit", ({ submitter }) =>
    submitter?.setAttribute("aria-busy", "true"),
  );
  addEventListener("pageshow", () => {
    for (const button of document.querySelectorAll("button[aria-busy]")) {
      button.removeAttribute("aria-busy");
    }
  });
}

const isTyping = () =>
  document.activeElement instanceof HTMLElement &&
  document.activeElement.matches("input, select, textarea, [contenteditable]");

const shownRows = () =>
  [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("a") !== null);

/** Moves the choice by one row; the first key chooses the first row. */
function chooseRow(/** @type {number} */ step) {
  const rows = shownRows();
  const at = rows.findIndex((row) => row.classList.contains("chosen"));
  const next = rows[at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step))];
  if (next === undefined) return;
  rows[at]?.classList.remove("chosen");
  next.classList.add("chosen");
  next.querySelector("a")?.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

/** The keyboard shortcuts; the keys of the browser and of fields keep their meaning. */
const keys = {
  "/": () => document.getElementById("find")?.focus(),
  j: () => chooseRow(1),
  k: () => chooseRow(-1),
  "?": () => document.getElementById("keys")?.togglePopover(),
};

function useKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      const row = document.querySelector("tr.chosen");
      row?.classList.remove("chosen");
      const used = document.activeElement;
      if (used instanceof HTMLElement && (isTyping() || row?.contains(used) === true)) used.blur();
      return;
    }
    const act = isTyping()
      ? undefined
      : Object.entries(keys).find(([key]) => key === event.key)?.[1];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

/** Posts the form that continues a long action, stretch by stretch; without script, a person does. */
function goOn() {
  const form = document.querySelector("form[data-go-on]");
  if (form instanceof HTMLFormElement) form.requestSubmit();
}

showLocalTimes(document);
document.body.addEventListener("htmx:afterSwap", () => showLocalTimes(document));
const note = document.getElementById("zone");
if (note !== null && !isInShopZone)
  note.textContent = `Times are in ${zone}; point at one for UTC.`;
useLocalFilters();
keepOpen();
beat();
selectAll();
showBusy();
useKeys();
goOn();
