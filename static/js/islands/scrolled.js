// <div data-island="scrolled">: a thread is read from its newest end; it stays there when something arrives, unless the reader
// has scrolled away to read: then [data-below] tells how many wait below and leads there. Earlier messages, which come in above,
// move nothing. In a very low window the page around it scrolls instead.
import { tellNews } from "../page.js"

const NEAR = 120
const NEWS = "[data-message][data-new]"

export function mount(box) {
  const pill = box.querySelector("[data-below]")
  const news = new Set()
  const scroller = () => (getComputedStyle(box).overflowY === "visible" ? box.parentElement : box)
  const atEnd = ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight < NEAR
  const down = () => { scroller().scrollTop = scroller().scrollHeight }
  let follow = true
  let reading // what stands first on the screen, and where, while earlier messages come

  function onScroll() {
    follow = atEnd(scroller())
    if (follow) news.clear()
    tellNews(pill, news.size)
  }

  function keepPlace() {
    const { top } = scroller().getBoundingClientRect()
    const first = [...box.querySelectorAll(".knot-item")].find((item) => item.getBoundingClientRect().bottom > top)
    reading = first && { first, at: first.getBoundingClientRect().top }
  }

  function arrived(records) {
    if (reading) {
      scroller().scrollTop += reading.first.getBoundingClientRect().top - reading.at
      reading = undefined
      return
    }
    if (follow) return down()
    const added = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.matches?.(NEWS))
    added.forEach((message) => news.add(message.id))
    if (added.length) tellNews(pill, news.size)
  }

  box.addEventListener("scroll", onScroll, { passive: true })
  box.parentElement.addEventListener("scroll", onScroll, { passive: true })
  box.addEventListener("htmx:beforeSwap", ({ target, detail }) => { if (detail.shouldSwap && target.matches(".thread-more")) keepPlace() })
  pill?.addEventListener("click", () => {
    box.focus({ preventScroll: true })
    down()
  })
  new MutationObserver(arrived).observe(box.querySelector(".thread") ?? box, { childList: true, subtree: true })
  down()
}
