// <form data-island="optimistic" data-into="#list" data-template="#id" hx-post=…>: shows what was sent before the server has it.
// Each field with data-fill="name" in the template takes the form's value. On failure it stays for a moment, marked, the text
// comes back, and the reason is said: a refusal (422) is swapped in like any answer, but nothing was kept.
// A hidden input named client_id gets a fresh id per submission, so that a repeated request counts once.
import { toast } from "../htmx.js"
import { text, uniqueId } from "../page.js"

const kept = ({ status }) => status >= 200 && status < 300

/** A refusal that brings no toast of its own (nor is told by htmx as an error) would be silent. */
function explain(xhr) {
  if (xhr.status !== 422 || xhr.getAllResponseHeaders().toLowerCase().includes("hx-trigger")) return
  const plain = xhr.getResponseHeader("Content-Type")?.startsWith("text/plain")
  toast({ level: "error", text: plain && xhr.responseText ? xhr.responseText : text("failed") })
}

function preview(form) {
  const item = document.querySelector(form.dataset.template).content.firstElementChild.cloneNode(true)
  const values = new FormData(form)
  item.querySelectorAll("[data-fill]").forEach((place) => { place.textContent = values.get(place.dataset.fill) ?? "" })
  item.dataset.pending = ""
  document.querySelector(form.dataset.into).append(item)
  item.scrollIntoView({ block: "nearest" })
  return item
}

/** What said "Sending…" says what became of it: the template after it. */
function fail(item) {
  item.setAttribute("data-failed", "")
  item.removeAttribute("data-pending")
  const said = item.querySelector("template[data-when-failed]")
  said?.previousElementSibling.replaceWith(said.content)
  setTimeout(() => item.remove(), 4000)
}

export function mount(form) {
  const identify = () => { if (form.elements.client_id) form.elements.client_id.value = uniqueId() }
  let item
  let written
  identify()

  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) return
    written = new Map([...form.querySelectorAll("textarea, input[type=text]")].map((field) => [field, field.value]))
    item = preview(form)
    written.forEach((_, field) => { field.value = "" })
  })
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return
    if (kept(event.detail.xhr)) {
      item?.remove()
      identify()
      return
    }
    explain(event.detail.xhr)
    if (item) fail(item)
    written?.forEach((value, field) => { if (!field.value) field.value = value })
  })
}
