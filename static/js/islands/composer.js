// <form class="composer" data-island="composer optimistic" data-draft="key" data-seen="#id" data-into="#messages">: reply or private
// note, what is half written (in this tab until the server has it, desk.js), and the warning when the customer wrote meanwhile (409).
const REFUSED = [409, 422] // the answer says why: the thread changed, or it cannot be sent
const KEY = (form) => `draft:${form.dataset.draft}`

function stored(form) {
  try { return JSON.parse(sessionStorage.getItem(KEY(form)) ?? "{}") } catch { return {} }
}

function store(form, body) {
  try {
    if (body) sessionStorage.setItem(KEY(form), JSON.stringify({ body, mode: form.dataset.mode }))
    else sessionStorage.removeItem(KEY(form))
  } catch { /* without storage the draft lives as long as the page */ }
}

function write(form, mode) {
  const area = form.elements.body
  form.dataset.mode = mode
  form.dataset.template = `#${mode}-pending`
  form.elements.private.value = mode === "note" ? "on" : ""
  area.placeholder = area.dataset[mode]
  form.querySelectorAll("[data-write]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.write === mode)))
  form.querySelector(".composer-route")?.toggleAttribute("hidden", mode === "note")
}

/** The live screen may bring what was just sent before the request that sent it is answered: one of the two leaves. */
function arrived(thread) {
  const said = (item) => item.dataset.direction + (item.querySelector(".bubble")?.textContent ?? "")
  const real = new Set([...thread.querySelectorAll("[data-message][data-new]")].map(said))
  thread.querySelectorAll("[data-pending]").forEach((item) => { if (real.has(said(item))) item.remove() })
}

/** While nothing is being written, whatever stands on the screen counts as seen. */
function follow(form) {
  const thread = document.querySelector(form.dataset.into)
  const observer = new MutationObserver(() => {
    if (!form.isConnected) return observer.disconnect()
    arrived(thread)
    const newest = Math.max(0, ...[...thread.querySelectorAll("[data-message]")].map((item) => Number(item.dataset.message)))
    const seen = document.querySelector(form.dataset.seen)
    if (!form.elements.body.value && seen && newest > Number(seen.value)) seen.value = newest
  })
  observer.observe(thread, { childList: true })
}

/** Nothing was sent: what was shown beforehand leaves at once, the text is back in the composer. */
function unsaid(form) {
  document.querySelectorAll(`${form.dataset.into} > :is([data-pending], [data-failed])`).forEach((item) => item.remove())
}

export function mount(form) {
  const area = form.elements.body
  const draft = stored(form)
  write(form, draft.mode ?? form.dataset.mode)
  if (draft.body) area.value = draft.body
  if (draft.body) area.dispatchEvent(new Event("input"))
  form.addEventListener("draft:kept", () => store(form, ""))
  follow(form)

  form.addEventListener("click", ({ target }) => {
    const mode = target.closest("[data-write]")?.dataset.write
    if (!mode) return
    write(form, mode)
    area.focus()
    store(form, area.value)
  })
  area.addEventListener("input", () => store(form, area.value))
  form.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (REFUSED.includes(detail.xhr.status)) Object.assign(detail, { shouldSwap: true, isError: true })
  })
  form.addEventListener("htmx:responseError", (event) => { if (REFUSED.includes(event.detail.xhr.status)) event.stopPropagation() })
  form.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target === form && detail.successful) store(form, area.value)
    if (target === form && REFUSED.includes(detail.xhr.status)) setTimeout(() => unsaid(form))
  })
}
