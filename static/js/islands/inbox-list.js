// <div data-island="inbox-list">: rows stand in the order of their last message (data-at), newest first, whatever arrives and
// however often; the row of the open conversation is marked.
const rowsOf = (list) => [...list.querySelectorAll(":scope > [data-row]")]
const time = (row) => Number(row.dataset.at)

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

export function mount(list) {
  const observer = new MutationObserver(tidy)

  function tidy() {
    observer.disconnect()
    withoutDoubles(list)
    inOrder(list)
    if (rowsOf(list).length) list.querySelector(":scope > .empty")?.remove()
    mark(list)
    observer.observe(list, { childList: true })
  }

  document.addEventListener("htmx:afterSettle", function settled() {
    if (list.isConnected) mark(list)
    else document.removeEventListener("htmx:afterSettle", settled)
  })
  tidy()
}
