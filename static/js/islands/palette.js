// <dialog data-island="palette">: Ctrl-K. The server sends the list as a fragment (role="option" links); this moves in it.
const options = (dialog) => [...dialog.querySelectorAll("[role=option]")]

function select(dialog, option) {
  options(dialog).forEach((other) => other.setAttribute("aria-selected", String(other === option)))
  option?.scrollIntoView({ block: "nearest" })
  const input = dialog.querySelector("input")
  if (option?.id) input.setAttribute("aria-activedescendant", option.id)
  else input.removeAttribute("aria-activedescendant")
}

function step(dialog, by) {
  const all = options(dialog)
  const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true")
  select(dialog, all[(at + by + all.length) % all.length])
}

function onKey(event, dialog) {
  if (event.key === "Escape") {
    event.preventDefault() // the browser's first Escape would only empty the field
    return dialog.close()
  }
  if (event.key === "?" && !dialog.querySelector("input").value) {
    event.preventDefault()
    dialog.close()
    return document.dispatchEvent(new Event("shortcuts:open"))
  }
  move(event, dialog)
}

function move(event, dialog) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (by) {
    event.preventDefault()
    step(dialog, by)
  }
  if (event.key === "Enter" && !event.isComposing) {
    event.preventDefault()
    options(dialog).find((option) => option.getAttribute("aria-selected") === "true")?.click()
  }
}

export function mount(dialog) {
  const input = dialog.querySelector("input")

  function open() {
    dialog.showModal()
    input.value = ""
    input.focus()
    input.dispatchEvent(new Event("palette:open", { bubbles: true }))
  }

  dialog.addEventListener("keydown", (event) => onKey(event, dialog))
  dialog.addEventListener("htmx:afterSettle", () => {
    options(dialog).forEach((option, index) => { option.id ||= `palette-option-${index}` })
    select(dialog, options(dialog)[0])
  })
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[role=option]")) dialog.close()
  })
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    if (dialog.open) dialog.close()
    else open()
  })
  document.addEventListener("click", (event) => { if (event.target.closest("[data-palette-open]")) open() })
}
