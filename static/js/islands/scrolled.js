// <div data-island="scrolled">: a thread is read from its newest end; it stays there when something arrives, unless the reader
// has scrolled away to read.
const NEAR = 120

export function mount(box) {
  const atEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR
  let follow = true
  const down = () => { box.scrollTop = box.scrollHeight }
  box.addEventListener("scroll", () => { follow = atEnd() }, { passive: true })
  new MutationObserver(() => { if (follow) down() }).observe(box, { childList: true, subtree: true })
  down()
}
