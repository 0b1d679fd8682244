// <div data-island="fresh" data-live-topics="outbox:all" data-live-refresh>: a list, [data-list], that is fetched again when
// it changed, for the page, search and filter that it shows. What stands there already is renewed where it stands. What would
// move rows waits behind [data-held] while somebody aims at one, by pointer or keyboard, or has scrolled down to read.
import { Idiomorph } from "idiomorph"
import htmx from "../htmx.js"
import { tellNews } from "../page.js"

const MOMENT = 600 // things happen in bursts
const PART = 20 // of the time at most this part is spent on fetching, however slow the server is
const hovers = matchMedia("(hover: hover)")
const rowsOf = (root) => [...root.querySelectorAll("tbody > tr[id]")]
const idsOf = (root) => rowsOf(root).map((row) => row.id)

export function mount(zone) {
  const list = zone.querySelector("[data-list]")
  const pill = zone.querySelector("[data-held]")
  const page = document.getElementById("main")
  let address = location.pathname + location.search
  let timer
  let pause = MOMENT
  let held // what was fetched and would move rows

  const busy = () => page.scrollTop > 0 || (hovers.matches && zone.matches(":hover")) || zone.querySelector(":focus-visible")

  function mend(element, now, morphStyle) {
    Idiomorph.morph(element, now, { morphStyle })
    htmx.process(list)
    htmx.trigger(list, "htmx:load")
  }

  function show(fresh) {
    held = undefined
    tellNews(pill, 0)
    mend(list, [...fresh.childNodes], "innerHTML")
  }

  function renew(fresh) {
    for (const row of rowsOf(list)) {
      const now = fresh.querySelector(`#${CSS.escape(row.id)}`)
      if (now) mend(row, now.cloneNode(true), "outerHTML")
    }
  }

  function take(html) {
    const fresh = document.createElement("template")
    fresh.innerHTML = html
    const [before, after] = [idsOf(list), idsOf(fresh.content)]
    const moves = before.length && before.join() !== after.join()
    if (!moves || !busy()) return show(fresh.content)
    held = fresh.content
    tellNews(pill, after.filter((id) => !before.includes(id)).length)
    renew(held)
  }

  async function ask() {
    const [asked, began] = [address, performance.now()]
    const headers = { "HX-Request": "true", "HX-Target": list.id }
    const answer = await fetch(asked, { headers, redirect: "error" }).catch(() => null) // the live socket says what is wrong
    const html = answer?.ok ? await answer.text() : null
    pause = Math.max(MOMENT, PART * (performance.now() - began))
    timer = undefined
    if (asked !== address) outdated()
    else if (html !== null && list.isConnected) take(html)
  }

  function outdated() {
    timer ??= setTimeout(ask, pause)
  }

  const release = () => { if (held && !busy()) show(held) }

  zone.addEventListener("live:reload", outdated)
  pill.addEventListener("click", () => {
    page.scrollTop = 0
    if (!held) return
    show(held)
    list.querySelector("tbody a")?.focus({ preventScroll: true })
  })
  zone.addEventListener("pointerleave", release) // with the pill: on the way to it nothing changes
  zone.addEventListener("focusout", () => setTimeout(release))
  page.addEventListener("scroll", release, { passive: true })
  list.addEventListener("htmx:afterSwap", ({ detail }) => { // a search, a filter or another page
    if (detail.target !== list) return
    address = detail.pathInfo.finalRequestPath
    held = undefined
    tellNews(pill, 0)
  })
}
