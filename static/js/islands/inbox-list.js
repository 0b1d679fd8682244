// <div data-island="inbox-list">: rows stand in the order of their last message (data-at), newest first, whatever arrives and
// however often; the row of the open conversation is marked. While somebody aims at a row, by pointer or keyboard, nothing that
// comes pushes it away: it waits behind [data-held], which tells how many there are and shows them.
import { tellNews } from "../page.js"

const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-row]")]
const time = (row) => Number(row.dataset.at)
const hovers = matchMedia("(hover: hover)")

function withoutDoubles(list) {
  const seen = new Map()
  for (const row of rowsOf(list)) {
    seen.get(row.id)?.remove()
    seen.set(row.id, row)
  }
}

function inOrder(list) {
  const focused = document.activeElement
  const wanted = rowsOf(list).sort((a, b) => time(b) - time(a))
  rowsOf(list).forEach((row, index) => {
    const now = rowsOf(list)[index]
    if (now !== wanted[index]) now.before(wanted[index])
  })
  if (focused !== document.activeElement && list.contains(focused)) focused.focus({ preventScroll: true })
}

function mark(list) {
  const open = document.querySelector("#thread-pane [data-conversation]")?.dataset.conversation
  for (const row of rowsOf(list)) {
    if (row.id === `row-${open}`) row.setAttribute("aria-current", "true")
    else row.removeAttribute("aria-current")
  }
}

/** Rows that would push others down if they took their place now. `placed`: when each was last in order, by id. */
function pushing(list, placed) {
  const known = rowsOf(list).filter((row) => placed.has(row.id))
  return rowsOf(list).filter((row) => {
    if (placed.get(row.id) === row.dataset.at) return false
    const passed = placed.has(row.id) ? known.slice(0, known.indexOf(row)) : known
    return passed.some((other) => time(other) < time(row))
  })
}

export function mount(list) {
  const zone = list.parentElement // with the pill: on the way to it nothing changes
  const pill = zone.querySelector("[data-held]")
  const observer = new MutationObserver(tidy)
  const placed = new Map()

  const aims = () => pill && ((hovers.matches && zone.matches(":hover")) || zone.querySelector(":focus-visible"))

  function hold() {
    const rows = pushing(list, placed)
    // What stood there already stays where it stands, though what it says is new.
    rows.forEach((row) => { row.hidden = !placed.has(row.id) })
    return rows
  }

  function arrange(held) {
    if (held.length) return
    rowsOf(list).forEach((row) => { row.hidden = false })
    inOrder(list)
    placed.clear()
    rowsOf(list).forEach((row) => placed.set(row.id, row.dataset.at))
  }

  function draw(mayHold) {
    observer.disconnect()
    withoutDoubles(list)
    const held = mayHold && placed.size ? hold() : []
    arrange(held)
    tellNews(pill, held.length)
    if (rowsOf(list).length) list.querySelector(":scope > .empty")?.remove()
    mark(list)
    observer.observe(list, { childList: true })
  }

  function tidy() {
    draw(aims())
  }

  function release() {
    if (!pill || pill.hidden) return
    const stood = pill === document.activeElement
    draw(false)
    if (stood) rowsOf(list)[0]?.focus({ preventScroll: true })
  }

  pill?.addEventListener("click", () => {
    release()
    zone.scrollTop = 0
  })
  zone.addEventListener("pointerleave", () => { if (!aims()) release() })
  zone.addEventListener("focusout", () => setTimeout(() => { if (!aims()) release() }))
  document.addEventListener("htmx:afterSettle", function settled() {
    if (list.isConnected) mark(list)
    else document.removeEventListener("htmx:afterSettle", settled)
  })
  tidy()
}
