// The page of the demo. The server tells what is in the three chats (see
// events.go); the page shows it and sends what people do. Texts of the bot
// become nodes here, one by one: nothing is ever read as HTML by the browser.
"use strict";

const maxText = 4096, maxCaption = 1024, maxUpload = 20 << 20; // as in act.go
const typingFor = 15000, hintOfTypingFor = 6000, answerWithin = 15000, toastFor = 3500; // ms
const foldedEm = 4.5; // of a quote: three lines, as in style.css
const topGap = 8; // px above a message shown from its top
const narrow = matchMedia("(max-width: 720px)");

const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

// el makes an element: el("b", {class: "x", onclick: f}, "text", node…).
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg"), use = document.createElementNS(ns, "use");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

// ---- time -----------------------------------------------------------------

const days = ["Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"];
const two = (n) => String(n).padStart(2, "0");

// here returns the parts of a time as clocks in Vietnam show it.
function here(ms) {
  const t = new Date(ms + 7 * 3600e3);
  return {
    day: `${days[t.getUTCDay()]}, ${two(t.getUTCDate())}/${two(t.getUTCMonth() + 1)}/${t.getUTCFullYear()}`,
    hour: `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`,
  };
}

let clockAhead = 0; // of performance.now()
const now = () => clockAhead + performance.now();

function setClock(ms) {
  clockAhead = ms - performance.now();
  showClock();
}

function showClock() {
  const t = here(now()), text = `${t.day} · ${t.hour}`;
  const clock = $("#clock");
  if (clock.textContent !== text) {
    clock.textContent = text;
    clock.dateTime = new Date(now()).toISOString();
  }
}

// ---- asking the server ------------------------------------------------------

// post returns the answer, or throws an Error whose message is for the person.
async function post(path, body) {
  const init = body instanceof FormData
    ? { method: "POST", body }
    : { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  let response, answer = null;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Error("Không gửi được: mất kết nối với bản xem thử.");
  }
  try {
    if (response.status !== 204) answer = await response.json();
  } catch { /* no JSON: the status says it */ }
  if (!response.ok) throw new Error(answer?.error || `Không gửi được (lỗi ${response.status}).`);
  return answer;
}

// ---- the bot's HTML ---------------------------------------------------------

const tags = {
  b: "b", strong: "b", i: "i", em: "i", u: "u", ins: "u", s: "s", strike: "s", del: "s",
  code: "code", pre: "pre", blockquote: "blockquote", a: "a", "tg-spoiler": "spoiler", span: "spoiler", "tg-emoji": "span",
};
const named = { lt: "<", gt: ">", amp: "&", quot: '"' };
const pieces = /<(\/?)([a-z][a-z0-9-]*)((?:\s+[a-z-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))?)*)\s*>|&(?:(lt|gt|amp|quot)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi;

// decode reads the entities of an attribute.
function decode(text) {
  return text.replace(/&(lt|gt|amp|quot);/g, (_, name) => named[name]);
}

// fromHTML appends a text with Telegram's tags to a node. What is no tag of
// Telegram's is shown as it stands.
function fromHTML(into, html, say) {
  const open = [{ name: "", node: into }];
  let text = "", at = 0;
  const top = () => open[open.length - 1].node;
  const flush = () => {
    if (text) appendText(top(), text, open.some((o) => ["a", "code", "pre"].includes(o.name)) ? null : say);
    text = "";
  };
  for (const m of html.matchAll(pieces)) {
    text += html.slice(at, m.index);
    at = m.index + m[0].length;
    const [whole, slash, tag, attributes, entity, decimal, hex] = m;
    if (!tag) {
      const code = decimal ? parseInt(decimal, 10) : hex ? parseInt(hex, 16) : 0;
      text += entity ? named[entity] : code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      continue;
    }
    const name = tag.toLowerCase();
    if (!Object.hasOwn(tags, name)) {
      text += whole;
    } else if (slash) {
      if (open.length > 1 && open[open.length - 1].name === name) {
        flush();
        open.pop();
        if (["pre", "blockquote"].includes(name) && html[at] === "\n") at++; // a block ends its line itself
      } else {
        text += whole;
      }
    } else {
      flush();
      const node = tagged(tags[name], attributes);
      top().append(node);
      open.push({ name, node: $(".folded", node) || node });
    }
  }
  text += html.slice(at);
  flush();
}

function tagged(tag, attributes) {
  if (tag === "a") {
    const href = /href\s*=\s*("[^"]*"|'[^']*')/i.exec(attributes);
    return link(href ? decode(href[1].slice(1, -1)) : "");
  }
  if (tag === "spoiler") {
    const show = (e) => {
      const spoiler = e.currentTarget;
      if (spoiler.classList.contains("open") || (e.type === "keydown" && e.key !== "Enter" && e.key !== " ")) return;
      e.preventDefault();
      spoiler.classList.add("open");
      spoiler.removeAttribute("role");
      spoiler.removeAttribute("aria-label");
      spoiler.removeAttribute("tabindex");
    };
    return el("span", { class: "spoiler", role: "button", tabindex: 0, "aria-label": "Nội dung ẩn, bấm để xem", onclick: show, onkeydown: show });
  }
  if (tag === "blockquote" && /(^|\s)expandable(\s|=|$)/i.test(attributes)) {
    const body = el("div", { class: "folded" });
    folds.observe(body);
    return el("blockquote", { class: "fold" }, body,
      el("button", { type: "button", class: "unfold", "aria-expanded": "false", "aria-label": "Toàn bộ trích dẫn" }, icon("down")));
  }
  return el(tag);
}

// folds finds out which quotes are longer than what is shown of them: it
// depends on how wide they are.
const folds = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.clientHeight) target.parentNode.classList.toggle("long", target.scrollHeight > foldedEm * parseFloat(getComputedStyle(target).fontSize) + 2);
  }
});

// link goes to web addresses only.
function link(href, ...children) {
  let url = null;
  try {
    url = new URL(href);
  } catch { /* no address */ }
  if (!url || !["http:", "https:"].includes(url.protocol)) return el("span", {}, ...children);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", title: url.href }, ...children);
}

const active = /(https?:\/\/[^\s<>"«»]+[^\s<>"«».,;:!?)\]])|(?<![\p{L}\p{N}_/])\/([a-z][a-z0-9_]{0,31})(?![\p{L}\p{N}_/])/gu;

// appendText appends plain text, with web addresses to open and commands to
// press if say is given.
function appendText(node, text, say) {
  if (!say) {
    node.append(text);
    return;
  }
  let at = 0;
  for (const m of text.matchAll(active)) {
    node.append(text.slice(at, m.index));
    at = m.index + m[0].length;
    node.append(m[1] ? link(m[1], m[1]) : el("button", { type: "button", class: "cmd", onclick: () => say(m[0]) }, m[0]));
  }
  node.append(text.slice(at));
}

function size(bytes) {
  const [n, unit] = bytes < 1024 ? [bytes, "B"] : bytes < 1 << 20 ? [bytes / 1024, "KB"] : [bytes / (1 << 20), "MB"];
  return n.toLocaleString("vi-VN", { maximumFractionDigits: n < 10 && unit !== "B" ? 1 : 0 }) + " " + unit;
}

// initials of a name: of its last two words, the ones people go by.
function initials(name) {
  return name.split(/\s+/).filter(Boolean).slice(-2).map((word) => [...word][0].toLocaleUpperCase("vi")).join("");
}

// ---- one phone --------------------------------------------------------------

class Phone {
  constructor(info) {
    this.id = info.id;
    this.messages = new Map(); // id → {message, node}, in order
    this.presses = new Map(); // query → {message, data, timer}
    this.follow = true; // the reader is where the page put them, or at the end
    this.opening = null; // id of the first new message that does not fit: it is shown from its top
    this.placed = null; // where the page put the reader
    this.unfolded = new Set(); // quotes the reader opened: "id/which"
    this.unread = 0;
    this.staged = null;
    this.sending = false;
    this.online = true;
    this.build(info);
    this.update(info);
  }

  build(info) {
    const root = (this.root = $("#phone").content.firstElementChild.cloneNode(true));
    const part = (name) => $("." + name, root);
    this.log = part("log");
    this.list = part("messages");
    this.typing = part("typing");
    this.down = part("down");
    this.toastNode = part("toast");
    this.chips = part("chips");
    this.form = part("composer");
    this.input = $("textarea", root);
    this.sendButton = part("send");
    this.commandsButton = part("commands");
    this.startButton = part("start");
    this.unblockButton = part("unblock");

    root.id = `phone-${info.id}`;
    root.dataset.person = info.id;
    this.tab = el("button", {
      type: "button", class: "tab", role: "tab", id: `tab-${info.id}`, "aria-controls": root.id, onclick: () => select(this),
    }, el("span", { class: "tab-name" }), el("b", { class: "count", hidden: true }));

    this.log.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => this.keepPlace()).observe(this.log);
    new ResizeObserver(() => this.keepPlace()).observe(this.list);
    this.down.addEventListener("click", () => {
      this.opening = null;
      this.toEnd(true);
      this.log.focus({ preventScroll: true });
    });
    this.startButton.addEventListener("click", () => this.say(this.info.start, this.startButton));
    this.unblockButton.addEventListener("click", () => this.block(false));
    part("do-block").addEventListener("click", () => this.block(!this.info.blocked));

    this.form.addEventListener("submit", (e) => {
      e.preventDefault();
      this.send();
    });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (e) => {
      // An input method that composes Vietnamese letters uses Enter itself.
      if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
      e.preventDefault();
      this.send();
    });
    this.input.addEventListener("paste", (e) => {
      const file = e.clipboardData?.files[0];
      if (!file) return;
      e.preventDefault();
      this.stage(file, file.type.startsWith("image/") ? "photo" : "document");
    });

    this.commandsPop = popup(this.commandsButton, part("pop-commands"));
    popup(part("attach"), part("pop-attach"));
    popup(part("more"), part("pop-more"));
    for (const kind of ["photo", "document"]) {
      const pick = part("pick-" + kind);
      $(`[data-kind=${kind}]`, root).addEventListener("click", () => pick.click());
      pick.addEventListener("change", () => {
        if (pick.files[0]) this.stage(pick.files[0], kind);
        pick.value = "";
      });
    }
    part("unstage").addEventListener("click", () => {
      this.unstage();
      this.input.focus();
    });
    const carriesFile = (e) => e.dataTransfer?.types.includes("Files");
    root.addEventListener("dragover", (e) => {
      if (!carriesFile(e)) return;
      e.preventDefault();
      root.classList.add("dropping");
    });
    root.addEventListener("dragleave", (e) => {
      if (!root.contains(e.relatedTarget)) root.classList.remove("dropping");
    });
    root.addEventListener("drop", (e) => {
      root.classList.remove("dropping");
      const file = e.dataTransfer?.files[0];
      if (!file) return;
      e.preventDefault();
      this.stage(file, file.type.startsWith("image/") ? "photo" : "document");
    });
  }

  // update shows a whole state; drafts stay.
  update(info) {
    this.info = info;
    const { root } = this;
    $("h2", root).textContent = info.name;
    $(".role", root).textContent = info.role;
    $(".avatar", root).textContent = initials(info.name);
    $(".tab-name", this.tab).textContent = info.role;
    this.tab.setAttribute("aria-label", `${info.role}: ${info.name}`);
    this.log.setAttribute("aria-label", `Tin nhắn của ${info.name}`);
    this.input.setAttribute("aria-label", `Tin nhắn từ ${info.name}`);
    root.setAttribute("aria-label", `${info.name}, ${info.role}`);

    for (const query of [...this.presses.keys()]) this.released(query);
    this.log.setAttribute("aria-busy", "true"); // what is old is not read out
    this.messages.clear();
    this.list.replaceChildren();
    for (const m of info.messages) this.add(m);
    this.arrange();
    this.showTyping(0);
    this.setCommands(info.commands);
    this.chips.replaceChildren(...info.hints.map((hint) =>
      el("button", { type: "button", class: "chip", onclick: (e) => this.say(hint, e.currentTarget) }, hint)));
    this.refresh();
    if (this.follow) this.toEnd();
    requestAnimationFrame(() => this.log.removeAttribute("aria-busy"));
  }

  // refresh shows what the person can do now.
  refresh() {
    const { blocked } = this.info, empty = this.messages.size === 0;
    const empt = $(".empty", this.root);
    empt.hidden = !empty;
    $("h3", empt).textContent = bot.name;
    $(".about", empt).textContent = bot.about || "Bấm Bắt đầu để trò chuyện.";
    $(".do-block", this.root).textContent = blocked ? "Bỏ chặn bot" : "Chặn bot";
    this.unblockButton.hidden = !blocked;
    this.startButton.hidden = blocked || !empty;
    this.form.hidden = blocked || empty;
    this.chips.hidden = blocked || empty;
    for (const control of $$("button", this.chips)) control.disabled = !this.online;
    for (const control of [this.startButton, this.unblockButton, $(".attach", this.root)]) control.disabled = !this.online;
    this.commandsButton.disabled = this.info.commands.length === 0;
    this.typed();
  }

  setOnline(online) {
    this.online = online;
    this.refresh();
  }

  // -- messages

  // take shows a message as it is now: new, edited or gone.
  take(m) {
    const known = this.messages.get(m.id);
    if (m.deleted) {
      if (!known) return;
      known.node.remove();
      this.messages.delete(m.id);
      this.arrange();
      this.refresh();
      return;
    }
    if (known) {
      const focused = known.node.contains(document.activeElement);
      const outgrows = known.node === this.list.lastElementChild && known.node.offsetHeight <= this.log.clientHeight;
      const node = this.render(m);
      known.node.replaceWith(node);
      this.messages.set(m.id, { message: m, node });
      this.arrange();
      if (focused) ($(".key", node) || this.log).focus({ preventScroll: true });
      if (!m.mine) {
        if (outgrows && this.follow) this.opening ??= m.id;
        this.showTyping(0);
      }
      this.keepPlace();
      return;
    }
    const isSeen = m.mine || (this.follow && !this.opening && this.isShown());
    this.add(m).classList.add("fresh");
    this.arrange();
    this.refresh();
    if (m.mine) {
      this.follow = true;
      this.opening = null;
      this.showTyping(typingFor);
    } else {
      if (this.follow) this.opening ??= m.id;
      this.showTyping(0);
      if (!isSeen) this.setUnread(this.unread + 1);
    }
    this.keepPlace();
  }

  add(m) {
    const node = this.render(m);
    this.messages.set(m.id, { message: m, node });
    this.list.append(node);
    return node;
  }

  // arrange puts the days between the messages and joins those that belong
  // together.
  arrange() {
    for (const day of $$(".day", this.list)) day.remove();
    let before = null;
    for (const { message, node } of this.messages.values()) {
      const day = here(message.at).day;
      const isNewDay = !before || here(before.message.at).day !== day;
      const isFirst = isNewDay || before.message.mine !== message.mine;
      if (isNewDay) node.before(el("li", { class: "day" }, el("span", {}, day)));
      node.classList.toggle("first", isFirst);
      node.classList.add("last");
      if (before && !isFirst) before.node.classList.remove("last");
      before = { message, node };
    }
  }

  render(m) {
    const bubble = el("div", { class: "bubble" });
    bubble.append(el("span", { class: "sr" }, m.mine ? `${this.info.name}: ` : `${bot.name}: `));
    if (m.file) bubble.append(this.renderFile(m.file));
    if (m.text) {
      const text = el("div", { class: "text" }), say = (command) => this.say(command);
      if (m.mine) appendText(text, m.text, say);
      else fromHTML(text, m.text, say);
      $$(".fold", text).forEach((fold, which) => this.setFold(fold, `${m.id}/${which}`));
      text.append(this.renderMeta(m));
      bubble.append(text);
    } else {
      bubble.append(this.renderMeta(m));
    }
    const node = el("li", { class: "message" + (m.mine ? " mine" : "") + (m.rows.length ? " keyed" : ""), "data-id": m.id }, bubble);
    if (m.rows.length) node.append(el("div", { class: "keys" }, ...m.rows.map((row) => el("div", {}, ...row.map((b) => this.renderKey(m, b))))));
    return node;
  }

  // setFold makes a quote open, and stay so if the message is rendered anew.
  setFold(fold, key) {
    const button = $(".unfold", fold), body = $(".folded", fold);
    const set = (open) => {
      fold.classList.toggle("open", open);
      button.setAttribute("aria-expanded", String(open));
      if (open) this.unfolded.add(key);
      else this.unfolded.delete(key);
    };
    const turn = (open) => {
      const { classList } = fold;
      if (open === classList.contains("open") || !classList.contains("long")) return;
      if (!this.opening) this.follow = false; // they read here, not at the end
      set(open);
      body.scrollTop = 0;
      const above = fold.getBoundingClientRect().top - this.log.getBoundingClientRect().top - topGap;
      if (!open && above < 0) this.log.scrollTop += above;
      if (this.opening) this.keepPlace();
      else this.moved();
    };
    button.addEventListener("click", () => turn(!fold.classList.contains("open")));
    fold.addEventListener("click", (e) => { // an open one is for selecting text in
      if (!e.target.closest("a, button, .spoiler") && getSelection().isCollapsed) turn(true);
    });
    body.addEventListener("focusin", () => turn(true)); // what has the focus must be seen
    set(this.unfolded.has(key));
  }

  renderMeta(m) {
    const meta = el("span", { class: "meta" });
    const mark = (name, title) => {
      const svg = icon(name);
      svg.removeAttribute("aria-hidden");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", title);
      return el("span", { title }, svg);
    };
    if (m.silent) meta.append(mark("mute", "Gửi không chuông"));
    if (m.protect) meta.append(mark("lock", "Không chuyển tiếp được"));
    if (m.edited) meta.append(el("span", { class: "edited" }, "đã sửa"));
    meta.append(el("time", { datetime: new Date(m.at).toISOString() }, here(m.at).hour));
    return meta;
  }

  renderFile(f) {
    const href = "file/" + encodeURIComponent(f.id), label = `Tải về ${f.name}, ${size(f.size)}`;
    if (f.kind === "photo") {
      return el("a", { class: "picture", href, download: f.name, "aria-label": label, title: "Tải ảnh về" },
        el("img", { src: href, alt: f.name }));
    }
    return el("a", { class: "file", href, download: f.name, "aria-label": label, title: "Tải về" },
      el("span", { class: "disc" }, icon("get")), el("span", {}, el("b", {}, f.name), el("small", {}, size(f.size))));
  }

  renderKey(m, b) {
    if (b.url) {
      const key = link(b.url, b.text, icon("out"));
      key.className = "key";
      return key;
    }
    const busy = [...this.presses.values()].some((p) => p.message === m.id && p.data === b.data);
    return el("button", {
      type: "button", class: "key" + (busy ? " busy" : ""), disabled: busy, "aria-busy": busy ? "true" : null,
      "data-data": b.data, onclick: () => this.press(m.id, b.data),
    }, b.text);
  }

  // -- pressing

  keys(message, data) {
    const known = this.messages.get(message);
    return known ? $$(".key", known.node).filter((k) => k.dataset.data === data) : [];
  }

  async press(message, data) {
    const busy = (is) => {
      for (const key of this.keys(message, data)) {
        key.classList.toggle("busy", is);
        key.disabled = is;
        key.setAttribute("aria-busy", String(is));
      }
    };
    busy(true);
    try {
      const { query } = await post("press", { from: this.id, message, data });
      if (answers.has(query)) { // it was quicker than the answer to our request
        busy(false);
        this.toast(answers.get(query));
        return;
      }
      const timer = setTimeout(() => this.released(query, "Bot chưa trả lời nút này."), answerWithin);
      this.presses.set(query, { message, data, timer });
      busy(true); // the message may have changed meanwhile
    } catch (error) {
      busy(false);
      this.toast(error.message);
    }
  }

  // released ends the waiting for an answer.
  released(query, toast = "") {
    const p = this.presses.get(query);
    if (!p) return;
    clearTimeout(p.timer);
    this.presses.delete(query);
    for (const key of this.keys(p.message, p.data)) {
      key.classList.remove("busy");
      key.disabled = false;
      key.setAttribute("aria-busy", "false");
    }
    this.toast(toast);
  }

  toast(text) {
    if (!text) return;
    this.toastNode.textContent = text;
    this.toastNode.classList.add("on");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.toastNode.classList.remove("on"), Math.max(toastFor, text.length * 60));
  }

  showTyping(ms) {
    clearTimeout(this.typingTimer);
    this.typing.hidden = ms === 0;
    if (ms) this.typingTimer = setTimeout(() => (this.typing.hidden = true), ms);
    this.keepPlace();
  }

  // -- where the reader is

  isShown() {
    return !narrow.matches || this.root.classList.contains("current");
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60;
  }

  // scrolled tells the reader's scrolling from what a new layout did.
  scrolled() {
    const { log, placed } = this;
    if (!log.clientHeight) return; // not shown
    if (this.follow && placed && (placed.of !== log.scrollHeight || placed.within !== log.clientHeight)) this.keepPlace();
    else if (!this.follow || log.scrollTop !== placed?.top) this.moved();
  }

  // moved follows the chat again once the reader is at its end.
  moved() {
    this.opening = null;
    this.follow = this.isAtEnd();
    this.arrived();
  }

  arrived() {
    const { log } = this, atEnd = this.isAtEnd();
    this.placed = { top: log.scrollTop, of: log.scrollHeight, within: log.clientHeight };
    this.down.hidden = atEnd;
    if (atEnd && this.isShown()) this.setUnread(0);
  }

  // keepPlace stays at the end if the reader was there, else where they read.
  keepPlace() {
    if (this.follow) this.toEnd();
  }

  // toEnd goes to the end of the chat, but not past the top of a message that
  // has not been seen whole.
  toEnd(smoothly = false) {
    const { log } = this;
    if (!log.clientHeight) return; // not shown
    let top = log.scrollHeight - log.clientHeight;
    const opening = this.messages.get(this.opening)?.node.offsetTop - topGap;
    if (opening < top) top = opening;
    else this.opening = null;
    log.scrollTo({ top, behavior: smoothly ? "smooth" : "instant" });
    if (!smoothly) this.arrived();
  }

  setUnread(n) {
    this.unread = n;
    for (const badge of [$(".count", this.tab), $(".count", this.down)]) {
      badge.hidden = n === 0;
      badge.textContent = n > 99 ? "99+" : n;
    }
    this.tab.setAttribute("aria-label", `${this.info.role}: ${this.info.name}` + (n ? `, ${n} tin chưa đọc` : ""));
  }

  // -- writing

  typed() {
    const { input } = this;
    input.style.height = "auto";
    input.style.height = Math.min(input.scrollHeight, 168) + "px";
    const left = (this.staged ? maxCaption : maxText) - input.value.length;
    const counter = $(".left", this.root);
    counter.hidden = left > 200;
    counter.textContent = left;
    this.sendButton.disabled = this.sending || !this.online || left < 0 || (!input.value.trim() && !this.staged);
    if (document.activeElement !== input) return;
    const command = /^\/([a-z0-9_]*)$/i.exec(input.value);
    if (command && this.showCommands(command[1].toLowerCase())) this.commandsPop.show(false);
    else this.commandsPop.hide();
  }

  setCommands(commands) {
    this.info.commands = commands;
    this.commandsButton.disabled = commands.length === 0;
    $(".pop-commands", this.root).replaceChildren(...commands.map((c) => el("button", {
      type: "button", role: "menuitem", "data-name": c.name, onclick: () => {
        if (this.input.value.startsWith("/")) this.input.value = "";
        this.say("/" + c.name);
        this.typed();
      },
    }, el("b", {}, "/" + c.name), el("span", {}, c.does))));
    this.commandsPop.onshow = () => this.showCommands("");
  }

  // showCommands leaves those in the menu that begin so; false if none does.
  showCommands(beginning) {
    let any = false;
    for (const item of $$(".pop-commands button", this.root)) {
      item.hidden = !item.dataset.name.startsWith(beginning);
      any ||= !item.hidden;
    }
    return any;
  }

  stage(file, kind) {
    if (this.info.blocked || this.messages.size === 0) return;
    if (file.size > maxUpload) return this.toast("Tệp lớn hơn 20 MB nên không gửi được.");
    if (file.size === 0) return this.toast("Tệp này trống.");
    this.staged = { file, kind };
    $(".staged", this.root).hidden = false;
    $(".staged-name", this.root).textContent = `${file.name} · ${size(file.size)}`;
    this.input.placeholder = "Thêm chú thích…";
    this.typed();
    this.input.focus();
  }

  unstage() {
    this.staged = null;
    $(".staged", this.root).hidden = true;
    this.input.placeholder = "Nhắn tin…";
    this.typed();
  }

  async send() {
    if (this.sendButton.disabled) return;
    const { staged } = this, text = this.input.value;
    this.sending = true;
    this.input.value = "";
    this.typed();
    try {
      if (staged) {
        const form = new FormData();
        form.append("from", this.id);
        form.append("kind", staged.kind);
        form.append("caption", text);
        form.append("file", staged.file, staged.file.name);
        await post("upload", form);
        if (this.staged === staged) this.unstage();
      } else {
        await post("say", { from: this.id, text });
      }
    } catch (error) {
      if (!this.input.value) this.input.value = text; // nothing is lost
      this.toast(error.message);
    }
    this.sending = false;
    this.typed();
  }

  // say sends a text that stands on something to press; a draft stays.
  async say(text, control = null) {
    if (control) control.disabled = true;
    try {
      await post("say", { from: this.id, text });
    } catch (error) {
      this.toast(error.message);
    }
    if (control) control.disabled = !this.online;
  }

  async block(blocked) {
    try {
      await post("block", { from: this.id, blocked });
    } catch (error) {
      this.toast(error.message);
    }
  }
}

// popup makes a button open a menu, and Escape, a press elsewhere and a choice
// close it.
function popup(button, menu) {
  const items = () => $$("button", menu).filter((b) => !b.hidden);
  const self = {
    onshow: () => {},
    show(takeFocus) {
      menu.hidden = false;
      button.setAttribute("aria-expanded", "true");
      if (takeFocus) items()[0]?.focus();
    },
    hide() {
      menu.hidden = true;
      button.setAttribute("aria-expanded", "false");
    },
  };
  button.addEventListener("click", () => {
    if (!menu.hidden) return self.hide();
    self.onshow();
    self.show(true);
  });
  menu.addEventListener("click", (e) => {
    if (!e.target.closest("button")) return;
    self.hide();
    if (menu.contains(document.activeElement)) button.focus({ preventScroll: true });
  });
  menu.addEventListener("keydown", (e) => {
    const all = items(), at = all.indexOf(document.activeElement);
    const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at + all.length - 1) % all.length, Home: 0, End: all.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    all[to].focus();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key !== "Escape" || menu.hidden) return;
    const inside = menu.contains(document.activeElement);
    self.hide();
    if (inside) button.focus();
  });
  document.addEventListener("pointerdown", (e) => {
    if (!menu.contains(e.target) && !button.contains(e.target)) self.hide();
  });
  return self;
}

// ---- all three --------------------------------------------------------------

const bot = { name: "Đồng Hành", about: "" };
const answers = new Map(); // query → toast, of the latest
let phones = [];

const phoneOf = (id) => phones.find((p) => p.id === id);

function show(state) {
  setClock(state.now);
  bot.name = state.bot;
  bot.about = state.about;
  $("#bot").textContent = state.bot;
  document.title = `${state.bot} · bản xem thử`;
  if (state.people.map((p) => p.id).join() === phones.map((p) => p.id).join()) {
    state.people.forEach((info, i) => phones[i].update(info));
    return;
  }
  phones = state.people.map((info) => new Phone(info));
  $("#phones").replaceChildren(...phones.map((p) => p.root));
  $("#tabs").replaceChildren(...phones.map((p) => p.tab));
  if (phones.length) select(phones[0]);
  setRoles();
  for (const phone of phones) {
    phone.refresh(); // sizes are known only now
    phone.toEnd();
  }
}

// select shows one phone where there is room for one only.
function select(phone, takeFocus = false) {
  for (const p of phones) {
    const is = p === phone;
    p.root.classList.toggle("current", is);
    p.tab.setAttribute("aria-selected", String(is));
    p.tab.tabIndex = is ? 0 : -1;
  }
  if (takeFocus) phone.tab.focus();
  phone.typed();
  phone.keepPlace();
  if (phone.follow) phone.setUnread(0);
}

$("#tabs").addEventListener("keydown", (e) => {
  const at = phones.findIndex((p) => p.tab === document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: phones.length - 1 }[e.key];
  if (at < 0 || to === undefined) return;
  e.preventDefault();
  select(phones[(to + phones.length) % phones.length], true);
});

// setRoles: a phone belongs to a tab only where there are tabs.
function setRoles() {
  for (const p of phones) {
    p.root.setAttribute("role", narrow.matches ? "tabpanel" : "region");
    p.keepPlace();
    if (p.follow && p.isShown()) p.setUnread(0);
  }
}
narrow.addEventListener("change", setRoles);

// A file dropped beside a phone must not replace the page.
for (const kind of ["dragover", "drop"]) document.addEventListener(kind, (e) => e.preventDefault());

for (const button of $$("[data-move]")) {
  button.addEventListener("click", async () => {
    for (const b of $$("[data-move]")) b.disabled = true;
    try {
      setClock((await post("clock", { move: button.dataset.move })).now);
    } catch (error) {
      for (const phone of phones) phone.toast(error.message);
    }
    for (const b of $$("[data-move]")) b.disabled = false;
    button.focus({ preventScroll: true });
  });
}
setInterval(showClock, 1000);

function connect() {
  const events = new EventSource("events");
  const on = (kind, then) => events.addEventListener(kind, (e) => then(JSON.parse(e.data)));
  on("state", (state) => {
    setOnline(true);
    show(state);
  });
  on("message", (m) => phoneOf(m.chat)?.take(m));
  on("typing", (chat) => phoneOf(chat)?.showTyping(hintOfTypingFor));
  on("answer", ({ query, toast }) => {
    answers.set(query, toast);
    if (answers.size > 100) answers.delete(answers.keys().next().value);
    for (const phone of phones) phone.released(query, toast);
  });
  on("commands", ({ chat, commands }) => phoneOf(chat)?.setCommands(commands));
  on("about", (about) => {
    if (about === bot.about) return;
    bot.about = about;
    for (const phone of phones) phone.refresh();
  });
  on("blocked", ({ chat, blocked }) => {
    const phone = phoneOf(chat);
    if (!phone) return;
    phone.info.blocked = blocked;
    phone.refresh();
  });
  on("clock", setClock);
  events.onerror = () => {
    setOnline(false);
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, 1500); // it gave up by itself
  };
}

function setOnline(online) {
  $("#lost").hidden = online;
  for (const phone of phones) phone.setOnline(online);
}

connect();
