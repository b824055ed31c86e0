// <textarea|input data-portal-pick="nice" data-portal-pick-class="id of the class's input, or its number">:
// a search box beside the field, by the pattern of a combobox with a list (WAI-ARIA 1.2). What is chosen becomes a line
// of the textarea, or the value of the input; the field itself stays free to type in. The words come from
// classification/_picker.html. Without this script the field has a button that leads to a page for picking.

const words = document.querySelector("[data-portal-pick-words]")?.dataset ?? {};
const language = document.documentElement.lang;

const PAUSE = 200; // ms without a key before the list is searched
const CHECK = 800; // ms without a key before typed terms are looked up
const AT_ONCE = 20; // terms looked up in one request
const LONGEST_ADDRESS = 1500;

const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);
const element = (name, attributes, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

class Refused extends Error {
  constructor(status) {
    super(String(status));
    this.status = status;
  }
}

async function ask(address, values, signal) {
  const answer = await fetch(`${address}?${new URLSearchParams(values)}`, {
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    redirect: "error",
    signal,
  });
  if (!answer.ok) throw new Refused(answer.status);
  return answer.json();
}

// The class that a field belongs to: an input's value, or a number that stands in the attribute itself.
class Group {
  constructor(field) {
    this.named = field.dataset.portalPickClass ?? "";
    this.input = this.named ? document.getElementById(this.named) : null;
  }

  get value() {
    return (this.input ? this.input.value : this.named).trim();
  }

  complete(group) {
    if (!this.input || this.input.value.trim() || !group) return;
    this.input.value = group;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

class Picker {
  constructor(field) {
    this.field = field;
    this.scheme = field.dataset.portalPick;
    this.group = new Group(field);
    this.results = [];
    this.active = -1;
    this.build();
    this.input.addEventListener("input", () => this.soon());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the box keeps the focus
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.list.children].indexOf(option));
    });
  }

  build() {
    const id = `${this.field.id}-pick`;
    const label = words[this.scheme] ?? this.scheme;
    this.input = element("input", {
      id,
      class: "govuk-input",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      enterkeyhint: "search",
      maxlength: "200",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
      "aria-describedby": `${id}-hint`,
    });
    this.list = element("ul", { id: `${id}-list`, class: "pick__list", role: "listbox", "aria-label": label, hidden: "" });
    this.status = element("p", { class: "govuk-body-s pick__status", role: "status" });
    const picker = element(
      "div",
      { class: "pick" },
      element("label", { class: "govuk-label govuk-label--s", for: id }, label),
      element("div", { class: "govuk-hint", id: `${id}-hint` }, words.hint ?? ""),
      element("div", { class: "pick__box" }, this.input, this.list),
      this.status,
    );
    this.field.after(picker);
  }

  soon() {
    clearTimeout(this.timer);
    this.request?.abort();
    const typed = this.input.value.trim();
    if (!typed) {
      this.close();
      this.status.textContent = "";
      return;
    }
    this.timer = setTimeout(() => this.search(typed), PAUSE);
  }

  async search(typed) {
    this.request = new AbortController();
    try {
      const values = { q: typed, class: this.group.value, language };
      const answer = await ask(`/classification/${this.scheme}.json`, values, this.request.signal);
      this.show(answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.close();
      this.status.textContent = error.status === 401 ? words.signedOut : words.away;
    }
  }

  show({ results, more, listed, language: spoken }) {
    this.results = results;
    this.active = -1;
    this.list.lang = spoken;
    this.list.replaceChildren(...results.map((one, place) => this.option(one, place)));
    this.open(results.length > 0 && document.activeElement === this.input);
    const count = results.length;
    const said = more ? words.more : count > 1 ? words.some : count ? words.one : listed ? words.none : words.unlisted;
    this.status.textContent = fill(said, { count });
  }

  option(one, place) {
    const made = element("li", { id: `${this.input.id}-${place}`, class: "pick__option", role: "option", "aria-selected": "false" });
    if (this.scheme !== "nice") made.append(element("strong", {}, one.value), " ");
    made.append(one.text);
    const above = [];
    if (this.scheme === "nice" && !this.group.value) above.push(fill(words.class, { number: one.group }));
    if (one.above && (this.scheme !== "nice" || above.length)) above.push(one.above);
    if (above.length) made.append(" ", element("span", { class: "pick__above" }, above.join(", ")));
    return made;
  }

  key(event) {
    const last = this.results.length - 1;
    const moves = { ArrowDown: this.active < last ? this.active + 1 : 0, ArrowUp: this.active > 0 ? this.active - 1 : last };
    if (this.active >= 0) Object.assign(moves, { Home: 0, End: last });
    if (event.isComposing) return;
    if (event.key in moves && last >= 0) {
      event.preventDefault();
      this.open(true);
      this.point(moves[event.key]);
    } else if (event.key === "Enter") {
      event.preventDefault(); // the form is sent by its buttons
      if (this.isOpen && this.active >= 0) this.choose(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (this.isOpen) this.close();
      else this.clear();
    }
  }

  get isOpen() {
    return !this.list.hidden;
  }

  open(wanted) {
    this.list.hidden = !wanted;
    this.input.setAttribute("aria-expanded", String(wanted));
    if (!wanted) this.point(-1);
  }

  close() {
    this.open(false);
  }

  clear() {
    this.input.value = "";
    this.results = [];
    this.status.textContent = "";
  }

  point(place) {
    this.active = place;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = this.list.children[place];
    if (!option) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  choose(place) {
    const one = this.results[place];
    this.group.complete(one.group);
    const isNew = this.put(one.value);
    this.close();
    this.clear();
    this.status.textContent = fill(isNew ? words.added : words.there, { entry: one.value });
    this.input.focus();
  }

  put(value) {
    const there = lines(this.field.value);
    if (there.some((line) => line.toLowerCase() === value.toLowerCase())) return false;
    this.field.value = this.field.localName === "textarea" ? [...there, value].join("\n") : value;
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }
}

// Says beside a field of Nice terms which of them are not in the office's list; each is asked about once.
class FreeTerms {
  constructor(field, place) {
    this.field = field;
    this.place = place;
    this.group = new Group(field);
    this.known = new Map();
    field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${place.id}`.trim());
    field.addEventListener("input", () => this.soon());
    this.group.input?.addEventListener("input", () => this.soon());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK);
  }

  async check() {
    const group = this.group.value;
    try {
      await this.ask(group, lines(this.field.value).filter((term) => !this.known.has(`${group}:${term}`)));
    } catch {
      return; // it is said again on the saved page
    }
    if (group === this.group.value) this.tell(lines(this.field.value).filter((term) => this.known.get(`${group}:${term}`)));
  }

  async ask(group, terms) {
    while (terms.length) {
      const some = [];
      let length = 0;
      while (terms.length && some.length < AT_ONCE && length < LONGEST_ADDRESS) {
        some.push(terms.shift());
        length += encodeURIComponent(some.at(-1)).length;
      }
      const values = [["class", group], ...some.map((term) => ["term", term])];
      const answer = await ask("/classification/nice/free.json", values);
      some.forEach((term) => this.known.set(`${group}:${term}`, answer.free.includes(term)));
    }
  }

  tell(terms) {
    const said = terms.join("; ");
    if (said === this.said) return;
    this.said = said;
    if (!terms.length) {
      this.place.replaceChildren();
      return;
    }
    const title = element("strong", {}, words.free ?? "");
    const told = element("p", { class: "govuk-body-s pick-free__words" }, title, ` ${said}. ${words.freeMeans ?? ""}`);
    this.place.replaceChildren(told);
  }
}

document.querySelectorAll("[data-portal-pick]").forEach((field) => new Picker(field));
document.querySelectorAll("[data-portal-free]").forEach((place) => {
  const field = document.getElementById(place.dataset.portalFree);
  if (field) new FreeTerms(field, place);
});
