// What a page gains where scripts run. Everything works without: forms are forms, links are links.
import { initAll } from "./govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

const IDLE = 1500; // ms without typing before a section saves itself

// A second press on a submit button sends nothing: one click, one filing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "1";
  form.dispatchEvent(new CustomEvent("portal:sending"));
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => delete form.dataset.sending);
});

// <form data-portal-save="address" data-saved="Saved at {time}" …>: the section saves itself after a pause and on blur.
// Answers: 200 {version, saved_at}; 409 {message} when someone else saved; 400/422 {message}; 401 when signed out.
class Autosave {
  constructor(form) {
    this.form = form;
    this.status = form.querySelector("[data-portal-status]") ?? this.makeStatus();
    this.last = this.typed();
    this.busy = false;
    form.addEventListener("input", () => this.soon());
    form.addEventListener("change", () => this.soon());
    form.addEventListener("focusout", () => this.save());
    form.addEventListener("portal:sending", () => this.stop());
  }

  makeStatus() {
    const status = document.createElement("p");
    status.className = "govuk-body-s portal-saved";
    status.setAttribute("aria-live", "polite");
    this.form.append(status);
    return status;
  }

  typed() {
    const values = [];
    for (const [name, value] of new FormData(this.form)) {
      if (typeof value === "string" && name !== "csrf_token" && name !== "version") values.push([name, value]);
    }
    return JSON.stringify(values);
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), IDLE);
  }

  stop() {
    clearTimeout(this.timer);
    this.stopped = true;
    this.request?.abort();
  }

  async save() {
    clearTimeout(this.timer);
    const typed = this.typed();
    if (this.stopped || typed === this.last) return;
    if (this.busy) {
      this.soon();
      return;
    }
    this.busy = true;
    this.request = new AbortController();
    try {
      const body = new URLSearchParams();
      for (const [name, value] of new FormData(this.form)) if (typeof value === "string") body.append(name, value);
      const answer = await fetch(this.form.dataset.portalSave || this.form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json", "X-Portal-Save": "1" },
        credentials: "same-origin",
        redirect: "error",
        signal: this.request.signal,
      });
      const result = await answer.json().catch(() => ({}));
      if (answer.ok) this.saved(typed, result);
      else this.notSaved(this.reason(answer.status, result));
    } catch (error) {
      if (error.name !== "AbortError") this.notSaved(this.form.dataset.notReached);
    } finally {
      this.busy = false;
    }
  }

  saved(typed, result) {
    this.last = typed;
    const version = this.form.querySelector("input[name=version]");
    if (version && result.version !== undefined) version.value = result.version;
    this.say((this.form.dataset.saved ?? "{time}").replace("{time}", result.saved_at ?? ""), false);
  }

  reason(status, result) {
    if (result.error === "signed-out") return this.form.dataset.signedOut;
    if (result.error === "form-expired") return this.form.dataset.expired;
    return result.message ?? result.error ?? this.form.dataset.notReached;
  }

  notSaved(reason) {
    this.say((this.form.dataset.notSaved ?? "{reason}").replace("{reason}", reason ?? ""), true);
  }

  say(text, wrong) {
    this.status.textContent = text;
    this.status.classList.toggle("portal-saved--wrong", wrong);
  }
}

document.querySelectorAll("form[data-portal-save]").forEach((form) => new Autosave(form));
document.querySelectorAll("[data-portal-print]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
});
document.querySelector("form[data-portal-send-at-once]")?.requestSubmit();
