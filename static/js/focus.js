// Whoever works with the keyboard stays where they are when what they stand on is exchanged: the focus goes to its successor,
// else to what took its place. htmx does so for what has an id; this for all the rest, whoever exchanges it (an answer, the live
// socket, a script). Only a focus that got lost is given back: one that went elsewhere meanwhile stays there.
const FIELD = "input:not([type=hidden]), select, textarea"
const REACHABLE = `a[href], button, summary, [tabindex], ${FIELD}`
const ASKS = ["hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "href"]
const LIST = "ol, ul, tbody, .list" // its new rows are read from the first
const ROOM = "[tabindex], section, .card, .pane, main"

let stood // what has the focus, or had it when it was taken away
let home // the same, but for toasts, which leave when they have been answered

const shown = (element) => element.getClientRects().length > 0 && !element.disabled
const find = (places, selector) => places.flatMap((place) => [...(place.matches?.(selector) ? [place] : []), ...place.querySelectorAll(selector)])
const address = (element) => ASKS.map((name) => element.getAttribute(name)).find(Boolean)
const path = (element) => address(element)?.split("?")[0]
const words = (element) => element.textContent.trim()

function rootOf(element) {
  while (element.parentElement) element = element.parentElement
  return element
}

/** The one of these that stands where the old one stood among its like. */
function sameOf(like, old, places) {
  const among = find([rootOf(old)], REACHABLE).filter(like).indexOf(old)
  const now = find(places, REACHABLE).filter((element) => like(element) && shown(element))
  return now[Math.min(Math.max(among, 0), now.length - 1)]
}

function inItsForm(old) {
  const action = old.closest("form")?.getAttribute("action")
  const form = action && document.querySelector(`form[action="${CSS.escape(action)}"]`)
  if (!form) return undefined
  if (old.name) return form.querySelector(`[name="${CSS.escape(old.name)}"]`)
  return old.type === "submit" ? form.querySelector("[aria-invalid=true]") ?? form.querySelector("[type=submit]") : undefined
}

/** The same button with another question: its "Earlier messages" after more of them came, "Reopen" after "Resolve and next". */
function alike(old) {
  const asksOnly = old.hasAttribute("hx-get") || old.hasAttribute("href")
  return (element) => path(element) === path(old) && (!asksOnly || words(element) === words(old))
}

const kindOf = (old) => ({ localName, className, type }) => localName === old.localName && className === old.className && type === old.type

function successor(old, added) {
  const all = [document.body]
  const labelled = old.getAttribute("aria-label")
  return (old.id && document.getElementById(old.id))
    || inItsForm(old)
    || (address(old) && sameOf((element) => address(element) === address(old), old, all))
    || (old.dataset.shortcut && sameOf((element) => element.dataset.shortcut === old.dataset.shortcut, old, all))
    || (old.parentElement && path(old) && sameOf(alike(old), old, added))
    || (labelled && sameOf((element) => element.matches(old.tagName) && element.getAttribute("aria-label") === labelled, old, added))
    || (old.parentElement && sameOf(kindOf(old), old, added))
}

const heading = (place) => [...place.querySelectorAll("h1, h2, h3")].find(shown)
const first = (places, selector) => find(places, selector).find(shown)

function inItsPlace(old, added, { target, nextSibling, previousSibling }) {
  if (target.matches(".pane")) return heading(target)
  if (added.length && target.matches(LIST)) return first([added[0]], REACHABLE) ?? added[0]
  const beside = [nextSibling, previousSibling].filter((node) => node?.isConnected && node.matches?.(REACHABLE))
  const asked = !rootOf(old).querySelector("form") && first(added, `form :is(${FIELD})`)
  return asked || (first(added, REACHABLE) ?? beside.find(shown))
}

function refuge(place) {
  const room = place.closest(ROOM)
  return room?.matches("[tabindex]") ? room : room && (heading(room) ?? room)
}

function stand(element) {
  if (!element) return
  if (!element.matches(REACHABLE)) element.tabIndex = -1
  element.focus({ preventScroll: true })
}

/** What was taken away with the focus, from a place that is still there. */
function removal(records) {
  return records.find(({ target, removedNodes }) => target.isConnected && [...removedNodes].some((node) => node.contains(stood)))
}

function giveBack(records) {
  if (!stood || stood.isConnected || document.activeElement !== document.body) return
  const record = removal(records)
  if (!record) return
  const old = record.target.matches(".toasts") && home ? home : stood
  if (old.isConnected) return stand(old)
  const added = records.filter(({ target }) => target === record.target).flatMap(({ addedNodes }) => [...addedNodes])
  const places = added.filter((node) => node.isConnected && node.matches?.(":not(template, script)"))
  stand(successor(old, places) || inItsPlace(old, places, record) || refuge(record.target))
}

document.addEventListener("focusin", ({ target }) => {
  stood = target
  if (!target.closest(".toasts")) home = target
})
// Leaving by a click beside everything is a wish; what is taken away leaves too, but is no longer part of the page then.
document.addEventListener("focusout", ({ target }) => queueMicrotask(() => {
  if (stood === target && target.isConnected && document.activeElement === document.body) stood = undefined
}))
new MutationObserver(giveBack).observe(document, { childList: true, subtree: true })
