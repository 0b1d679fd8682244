// <form data-island="optimistic" data-into="#list" data-template="#id" hx-post=…>: shows what was sent before the server has it.
// Each field with data-fill="name" in the template takes the form's value. On failure it stays, marked, and the text comes back.
// A hidden input named client_id gets a fresh id per submission, so that a repeated request counts once.
import { uniqueId } from "../page.js"

function preview(form) {
  const item = document.querySelector(form.dataset.template).content.firstElementChild.cloneNode(true)
  const values = new FormData(form)
  item.querySelectorAll("[data-fill]").forEach((place) => { place.textContent = values.get(place.dataset.fill) ?? "" })
  item.dataset.pending = ""
  document.querySelector(form.dataset.into).append(item)
  item.scrollIntoView({ block: "nearest" })
  return item
}

export function mount(form) {
  const identify = () => { if (form.elements.client_id) form.elements.client_id.value = uniqueId() }
  let item
  let kept
  identify()

  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) return
    kept = new Map([...form.querySelectorAll("textarea, input[type=text]")].map((field) => [field, field.value]))
    item = preview(form)
    kept.forEach((_, field) => { field.value = "" })
  })
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return
    if (event.detail.successful) {
      item?.remove()
      identify()
      return
    }
    item?.setAttribute("data-failed", "")
    item?.removeAttribute("data-pending")
    setTimeout(() => item?.remove(), 4000)
    kept?.forEach((value, field) => { if (!field.value) field.value = value })
  })
}
