// Files of the documents' page, sent in parts that survive a cut link (tus). Without this script the forms are sent whole.
const PART = 1024 * 1024; // bytes: what a cut link costs at most
const PAUSES = [0, 1000, 3000, 5000, 10000, 20000, 30000, 60000]; // ms before each further try
const FINAL = [507]; // of the server's errors those that another try does not mend

const waiting = new Set(); // what is on its way, or stopped and can go on
const told = new Set(); // what was not taken, with its reason beside it
const percent = new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, { style: "percent" });
const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");

// One file on its way: a line with its progress, and what can be done about it.
class Sending {
  constructor(form, file, position) {
    Object.assign(this, { form, file, position, words: form.dataset });
    this.bar = Object.assign(document.createElement("progress"), { max: file.size || 1, value: 0 });
    this.bar.setAttribute("aria-label", fill(this.words.onItsWay, { name: file.name }));
    this.name = Object.assign(document.createElement("bdi"), { textContent: file.name });
    this.told = document.createElement("span");
    this.line = document.createElement("li");
    this.line.append(this.name, " ", this.bar, " ", this.told);
    this.resume = this.button("goOn", () => this.start());
    this.cancelled = this.button("cancel", () => this.cancel());
    this.resume.hidden = true;
    form.querySelector("[data-progress]").append(this.line);
    waiting.add(this);
  }

  button(word, act) {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "portal-link-button" });
    const whose = Object.assign(document.createElement("span"), { className: "govuk-visually-hidden" });
    whose.textContent = ` ${this.file.name}`;
    made.append(this.words[word], whose);
    made.addEventListener("click", act);
    this.line.append(" ", made);
    return made;
  }

  // Settles when the file is a document, was given up, or cannot go on for now.
  send() {
    return new Promise((settled) => {
      this.settled = (arrived) => {
        this.hasSettled = true;
        settled(arrived);
      };
      this.upload = new tus.Upload(this.file, {
        endpoint: this.words.uploads,
        uploadUrl: this.begun(),
        chunkSize: PART,
        retryDelays: PAUSES,
        storeFingerprintForResuming: false,
        headers: { Accept: "application/json", "X-CSRFToken": this.field("csrf_token") },
        metadata: {
          filename: this.file.name,
          kind: this.field("kind"),
          modified: String(this.file.lastModified),
          position: this.position,
          rendering_of: this.field("rendering_of"),
        },
        onShouldRetry: (error) => this.mayMend(error),
        onProgress: (sent, all) => this.progressed(sent, all),
        onSuccess: () => this.done(),
        onError: (error) => this.failed(error),
      });
      this.start();
    });
  }

  start() {
    this.resume.hidden = true;
    this.line.classList.remove("portal-saved--wrong");
    told.delete(this);
    this.tell(percent.format(0));
    this.say(fill(this.words.onItsWay, { name: this.file.name }));
    this.upload.start();
  }

  field(name) {
    return this.form.elements[name]?.value ?? "";
  }

  // The address of an upload of this very file that the page lists as not finished.
  begun() {
    const same = (line) =>
      line.dataset.kind === this.field("kind") && line.dataset.name === this.file.name.normalize("NFC") &&
      line.dataset.size === String(this.file.size) && line.dataset.modified === String(this.file.lastModified);
    return [...document.querySelectorAll("[data-upload]")].find(same)?.dataset.upload ?? null;
  }

  mayMend(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const mends = !status || [409, 423, 460].includes(status) || (status >= 500 && !FINAL.includes(status));
    if (mends) this.tell(this.words.interrupted);
    return mends;
  }

  progressed(sent, all) {
    this.bar.value = sent;
    this.tell(sent === all ? this.words.examining : percent.format(Math.floor((100 * sent) / all) / 100));
  }

  done() {
    this.tell(this.words.arrived);
    this.say(`${this.file.name}: ${this.words.arrived}`);
    this.end(true);
  }

  failed(error) {
    const answer = error.originalResponse;
    const status = answer?.getStatus() ?? 0;
    const reason = { 0: this.words.unreachable, 400: this.words.signedOut, 401: this.words.signedOut }[status];
    const sentence = fill(this.words.stopped, { reason: reason ?? messageOf(answer) ?? this.words.unreachable });
    this.line.classList.add("portal-saved--wrong");
    this.tell(sentence);
    this.say(`${this.file.name}: ${sentence}`);
    this.resume.hidden = status !== 0 && status < 500;
    if (this.resume.hidden) waiting.delete(this);
    told.add(this);
    this.settled(false);
  }

  async cancel() {
    await this.upload.abort(true).catch(() => {});
    this.line.remove();
    this.end(false);
  }

  end(arrived) {
    this.cancelled.hidden = this.resume.hidden = true;
    waiting.delete(this);
    told.delete(this);
    if (this.hasSettled && arrived && !waiting.size && !told.size) showPage(this.form); // it went on later
    this.settled(arrived);
  }

  tell(words) {
    this.told.textContent = words;
  }

  say(words) {
    this.form.querySelector("[data-status]").textContent = words;
  }
}

function messageOf(answer) {
  try {
    return JSON.parse(answer.getBody()).message || undefined;
  } catch {
    return undefined;
  }
}

// The number of the view that comes so many after the typed one.
function numbered(typed, steps) {
  const found = /^\s*(\d+)\s*[.,-]\s*(\d+)\s*$/.exec(typed);
  return found ? `${found[1]}.${Number(found[2]) + steps}` : typed;
}

async function sendAll(form, input) {
  const typed = form.elements.position?.value ?? "";
  const all = [...input.files].map((file, index) => new Sending(form, file, numbered(typed, index)));
  let arrived = 0;
  for (const one of all) arrived += await one.send();
  if (!arrived) return;
  if (waiting.size + told.size === 0) showPage(form);
  else form.querySelector("[data-progress]").append(showLink(form));
}

// What became of the files stands on the page itself.
function showPage(form) {
  history.replaceState(null, "", `${location.pathname}#${form.closest("section").id}`);
  location.reload();
}

function showLink(form) {
  const line = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { className: "govuk-link", href: location.pathname });
  link.textContent = form.dataset.show;
  line.append(link);
  return line;
}

window.addEventListener("beforeunload", (event) => {
  if (waiting.size) event.preventDefault();
});
for (const form of document.querySelectorAll("form[data-uploads]")) {
  const input = form.querySelector("input[type=file]");
  form.addEventListener("submit", (event) => {
    if (!globalThis.tus?.isSupported || !input.files.length) return;
    event.preventDefault();
    form.querySelector("button[type=submit]").disabled = input.disabled = true;
    sendAll(form, input).finally(() => {
      form.querySelector("button[type=submit]").disabled = input.disabled = false;
    });
  });
}
