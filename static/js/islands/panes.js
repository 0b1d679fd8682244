// <div class="panes" data-island="panes" data-step="list">: list → thread → person. Anything inside with data-to="thread" goes
// there; a swipe to the right or the browser's back button goes back. Only narrow screens show one pane at a time.
const STEPS = ["list", "thread", "person"]
const BEFORE = { person: "thread", thread: "list" }
const SWIPE = 72

const atPerson = () => history.state?.pane === "person"
const backs = new Set()
// Heard from the start: whoever listens first at the window is asked first, and htmx would fetch the page anew.
addEventListener("popstate", (event) => backs.forEach((back) => back(event)))
const hidden = (element) => !element.getClientRects().length

export function mount(panes) {
  let start
  let address // where the person was opened

  function go(step) {
    const active = document.activeElement
    panes.dataset.step = step
    if (!panes.contains(active) || !hidden(active)) return
    const pane = panes.children[STEPS.indexOf(step)]
    pane.tabIndex = -1
    pane.focus({ preventScroll: true })
  }

  function walk(step) {
    if (panes.dataset.step === "person" && atPerson()) return history.back()
    if (step === "person") {
      address = location.pathname
      history.pushState({ pane: step }, "")
    }
    go(step)
  }

  function back(event) {
    if (!panes.isConnected) return backs.delete(back)
    if (!atPerson() && panes.dataset.step !== "person") return
    if (location.pathname !== address) return atPerson() ? location.reload() : undefined
    event.stopImmediatePropagation()
    go(atPerson() ? "person" : "thread")
  }

  panes.addEventListener("click", (event) => {
    const to = event.target.closest("[data-to]")?.dataset.to
    if (to) walk(to === panes.dataset.step ? BEFORE[to] ?? to : to)
  })
  panes.addEventListener("touchstart", ({ touches }) => { start = { x: touches[0].clientX, y: touches[0].clientY } }, { passive: true })
  panes.addEventListener("touchend", ({ changedTouches }) => {
    const { clientX, clientY } = changedTouches[0]
    const across = clientX - start.x
    if (across > SWIPE && across > 2 * Math.abs(clientY - start.y)) walk(BEFORE[panes.dataset.step] ?? "list")
  }, { passive: true })
  backs.add(back)
  if (atPerson()) { address = location.pathname; go("person") }
}
