// <button popovertarget="id" data-island="menu"> beside <div id="id" popover class="menu-list">: the browser opens, closes and
// layers it; this places it, moves among its items with the arrow keys and closes it after a choice.
const GAP = 4

function place(button, list) {
  const at = button.getBoundingClientRect()
  const size = list.getBoundingClientRect()
  const below = at.bottom + GAP + size.height <= innerHeight || at.top < size.height
  const left = list.dataset.side === "start" ? at.left : at.right - size.width
  list.style.top = `${below ? at.bottom + GAP : at.top - GAP - size.height}px`
  list.style.left = `${Math.max(GAP, Math.min(left, innerWidth - size.width - GAP))}px`
}

function step(list, by) {
  const items = [...list.querySelectorAll(".menu-item:not(:disabled)")]
  const next = (items.indexOf(document.activeElement) + by + items.length) % items.length
  items[document.activeElement === list || !list.contains(document.activeElement) ? (by > 0 ? 0 : items.length - 1) : next]?.focus()
}

function onKey(event, list) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!by) return
  event.preventDefault()
  step(list, by)
}

export function mount(button) {
  const list = document.getElementById(button.getAttribute("popovertarget"))
  if (!list) return
  button.setAttribute("aria-expanded", "false")
  button.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && !list.matches(":popover-open")) { event.preventDefault(); list.showPopover() }
  })
  list.addEventListener("toggle", ({ newState }) => {
    button.setAttribute("aria-expanded", String(newState === "open"))
    if (newState !== "open") return
    place(button, list)
    ;(list.querySelector("[aria-current], [aria-pressed=true]") ?? list.querySelector(".menu-item"))?.focus()
  })
  list.addEventListener("keydown", (event) => onKey(event, list))
  list.addEventListener("click", (event) => { if (event.target.closest(".menu-item:not([data-stay])")) list.hidePopover() })
}
