// <div data-island="toast">: shows what happened, with undo. From the server: HX-Trigger-After-Swap {"toast": {level, text, undo: {url, method}}}
// or Django's messages, rendered inside. Errors stay until closed, one of each (until: "answered": or until a request succeeds
// again); the rest leaves after a while, never under the pointer.
import htmx from "../htmx.js"

const SECONDS = { plain: 6, undo: 8 }

function leaveLater(item) {
  if (item.dataset.level === "error") return
  const wait = item.querySelector("[data-undo]:not([hidden])") ? SECONDS.undo : SECONDS.plain
  let timer
  const start = () => { timer = setTimeout(() => item.remove(), wait * 1000) }
  const stop = () => clearTimeout(timer)
  item.addEventListener("pointerenter", stop)
  item.addEventListener("pointerleave", start)
  item.addEventListener("focusin", stop)
  item.addEventListener("focusout", start)
  start()
}

function prepare(item) {
  item.querySelector("[data-close]").addEventListener("click", () => item.remove())
  item.querySelector("[data-undo]").addEventListener("click", ({ currentTarget }) => {
    htmx.ajax(currentTarget.dataset.method || "POST", currentTarget.dataset.url, { source: document.body, swap: "none" })
    item.remove()
  })
  leaveLater(item)
}

export function mount(container) {
  const template = container.querySelector("template")

  /** What is said again is told again, but stands there once. */
  function withoutLast(level, text) {
    const last = [...container.querySelectorAll(".toast")].at(-1)
    if (level === "error" && last?.dataset.level === level && last.querySelector("[data-text]").textContent === text) last.remove()
  }

  function show({ level = "info", text, undo, until = "" }) {
    const item = template.content.firstElementChild.cloneNode(true)
    item.dataset.level = level
    item.dataset.until = until
    if (level === "error") item.setAttribute("role", "alert")
    item.querySelector("[data-text]").textContent = text
    const button = item.querySelector("[data-undo]")
    button.hidden = !undo
    if (undo) Object.assign(button.dataset, undo)
    withoutLast(level, text)
    container.append(item)
    prepare(item)
    while (container.querySelectorAll(".toast").length > 4) container.querySelector(".toast").remove()
  }

  container.querySelectorAll(".toast").forEach(prepare)
  document.body.addEventListener("toast", ({ detail }) => show(detail))
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.successful) container.querySelectorAll("[data-until=answered]").forEach((item) => item.remove())
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "z" || !(event.ctrlKey || event.metaKey) || event.target.closest("input, textarea, [contenteditable=true]")) return
    const undo = [...container.querySelectorAll("[data-undo]:not([hidden])")].at(-1)
    if (undo) { event.preventDefault(); undo.click() }
  })
}
