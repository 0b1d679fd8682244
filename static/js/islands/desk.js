// <form data-island="desk" data-presence-url="…" data-draft-url="…" data-others="#id">: says every few seconds that somebody is
// here, and whether they write; shows who else is. Keeps what is half written on the server, so that neither a reload nor another
// computer loses it. Silent when it fails: the next time comes soon, and the composer keeps the text in this tab meanwhile.
import { csrf } from "../page.js"

const EVERY = 10_000
const PAUSE = 700  // after the last key
const WRITING = 12_000
const SOON = 1000 // who has just sent something says by then that they write no more

function post(url, values, keepalive = false) {
  // Once signed out it is led to the sign-in page, which keeps nothing: that is no answer.
  return fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams(values), headers: { "X-CSRFToken": csrf() }, keepalive })
}

export function mount(form) {
  const area = form.elements.body
  let typedAt = 0
  let timer
  let unsaved = false

  const writing = () => area.value.trim() && Date.now() - typedAt < WRITING

  async function beHere() {
    if (!form.isConnected) return stop()
    if (document.hidden) return
    try {
      const answer = await post(form.dataset.presenceUrl, { writing: writing() ? 1 : "" })
      const others = document.querySelector(form.dataset.others)
      if (answer.ok && others) others.innerHTML = await answer.text()
    } catch { /* offline: the header says so */ }
  }

  async function keep(keepalive = false) {
    clearTimeout(timer)
    if (!unsaved) return
    unsaved = false
    const draft = { body: area.value, mode: form.dataset.mode, client_id: form.elements.client_id.value }
    try {
      const answer = await post(form.dataset.draftUrl, draft, keepalive)
      if (answer.ok && !unsaved) form.dispatchEvent(new CustomEvent("draft:kept"))
      else unsaved = true
    } catch { unsaved = true }
  }

  function changed() {
    unsaved = true
    clearTimeout(timer)
    timer = setTimeout(keep, PAUSE)
  }

  const leaving = () => keep(true)

  function stop() {
    clearInterval(beat)
    removeEventListener("pagehide", leaving)
  }

  area.addEventListener("input", () => {
    const begins = !writing()
    typedAt = Date.now()
    changed()
    if (begins) beHere()
  })
  form.addEventListener("click", ({ target }) => { if (target.closest("[data-write]") && area.value) changed() })
  form.addEventListener("htmx:beforeRequest", ({ target }) => { if (target === form) { clearTimeout(timer); unsaved = false } })
  form.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target !== form) return
    setTimeout(() => { if (area.value) changed() })
    if (detail.successful) beHere()
  })
  document.querySelector(form.dataset.into)?.addEventListener("htmx:load", ({ target }) => {
    if (target.matches("[data-new]:not([data-direction=in])")) setTimeout(beHere, SOON)
  })
  addEventListener("pagehide", leaving)
  const beat = setInterval(beHere, EVERY)
  beHere()
  if (area.value !== area.defaultValue) changed()
}
