// <dialog data-island="shortcuts">: single keys for what has data-shortcut="r" or "g i" (two keys in turn), never while typing.
// "?" lists those of the page. Ctrl-Enter submits the form around a text area, Escape leaves it. They can be switched off (WCAG 2.1.4).
import { memory, typing } from "../page.js"

const PAUSE = 1200
const visible = (element) => element.getClientRects().length > 0
const find = (keys) => [...document.querySelectorAll(`[data-shortcut="${CSS.escape(keys)}"]`)].find(visible)

/** As a click does, it stands on what it presses, unless somebody stands elsewhere. */
function press(element) {
  if (element.matches("input, textarea, select")) return element.focus()
  if (document.activeElement === document.body) element.focus({ preventScroll: true })
  element.click()
}

function labelOf(element) {
  return element.dataset.shortcutLabel || element.getAttribute("aria-label") || element.textContent.trim().replace(/\s+/g, " ")
}

function fill(list) {
  list.replaceChildren()
  const seen = new Set()
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    const keys = element.dataset.shortcut
    if (seen.has(keys)) continue
    seen.add(keys)
    const term = document.createElement("dt")
    const keysCell = document.createElement("dd")
    term.textContent = labelOf(element)
    keysCell.append(...keys.split(" ").map((key) => Object.assign(document.createElement("kbd"), { textContent: key })))
    list.append(term, keysCell)
  }
}

export function mount(dialog) {
  const toggle = dialog.querySelector("[data-shortcuts-on]")
  let first = ""
  let timer
  toggle.checked = memory.get("shortcuts") !== "off"
  toggle.addEventListener("change", () => memory.set("shortcuts", toggle.checked ? "on" : "off"))

  function open() {
    fill(dialog.querySelector("dl"))
    dialog.showModal()
  }

  function onKey(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) return event.target.form.requestSubmit()
    if (event.key === "Escape" && typing(event.target) && !event.defaultPrevented && !document.querySelector("dialog[open]")) return event.target.blur()
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || event.defaultPrevented) return
    if (document.querySelector("dialog[open]") || !toggle.checked && event.key !== "?") return
    if (event.key === "?") return open()
    const element = find(first ? `${first} ${event.key}` : event.key)
    clearTimeout(timer)
    first = ""
    if (element) { event.preventDefault(); return press(element) }
    if (event.key.length === 1) { first = event.key; timer = setTimeout(() => { first = "" }, PAUSE) }
  }

  document.addEventListener("keydown", onKey)
  document.addEventListener("click", (event) => { if (event.target.closest("[data-shortcuts-open]")) open() })
  document.addEventListener("shortcuts:open", open)
}
