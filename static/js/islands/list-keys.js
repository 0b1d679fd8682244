// <div data-island="list-keys">: j and k (and the arrows, once inside) move among its [data-row] links, Enter opens, x ticks.
import { typing } from "../page.js"

const STEP = { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 }

function move(list, by) {
  const rows = [...list.querySelectorAll("[data-row]:not([hidden])")]
  const at = rows.findIndex((row) => row.contains(document.activeElement))
  const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"))
  const next = rows[Math.max(0, Math.min(rows.length - 1, from + by))]
  next?.focus()
  next?.scrollIntoView({ block: "nearest" })
}

export function mount(list) {
  document.addEventListener("keydown", (event) => {
    if (!list.isConnected || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
    if (document.querySelector("dialog[open]")) return
    const by = STEP[event.key]
    if (by && (event.key.length === 1 || list.contains(event.target))) {
      event.preventDefault()
      return move(list, by)
    }
    if (event.key === "x" && list.contains(event.target)) event.target.closest("[data-row]")?.querySelector("input[type=checkbox]")?.click()
  })
}
