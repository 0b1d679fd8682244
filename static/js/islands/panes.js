// <div class="panes" data-island="panes" data-step="list">: list → thread → person. Anything inside with data-to="thread" goes
// there; a swipe to the right or the browser's back button goes back. Only narrow screens show one pane at a time.
const BEFORE = { person: "thread", thread: "list" }
const SWIPE = 72

export function mount(panes) {
  let start

  function go(step) {
    panes.dataset.step = step
  }

  panes.addEventListener("click", (event) => {
    const to = event.target.closest("[data-to]")?.dataset.to
    if (to) go(to === panes.dataset.step ? BEFORE[to] ?? to : to)
  })
  panes.addEventListener("touchstart", ({ touches }) => { start = { x: touches[0].clientX, y: touches[0].clientY } }, { passive: true })
  panes.addEventListener("touchend", ({ changedTouches }) => {
    const { clientX, clientY } = changedTouches[0]
    const across = clientX - start.x
    if (across > SWIPE && across > 2 * Math.abs(clientY - start.y)) go(BEFORE[panes.dataset.step] ?? "list")
  }, { passive: true })
}
