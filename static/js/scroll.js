// Back and reload lead to where one was on the page, not to its top: what scrolls is not the document but <main>, which browsers
// do not remember. Kept per address in this tab.
const RETURNS = ["back_forward", "reload"] // htmx reloads where it has kept nothing (historyCacheSize 0)
const address = () => `scroll:${location.pathname}${location.search}`
const main = document.getElementById("main")
let here = address() // of what is shown: when htmx reloads, the browser has gone on already

function keep() {
  try { sessionStorage.setItem(here, main.scrollTop) } catch { /* then it begins at the top */ }
}

function restore() {
  try { main.scrollTop = Number(sessionStorage.getItem(here)) } catch { /* see above */ }
}

if (main) {
  addEventListener("pagehide", keep)
  document.addEventListener("htmx:beforeHistoryUpdate", keep)
  for (const name of ["pushedIntoHistory", "replacedInHistory"]) document.addEventListener(`htmx:${name}`, () => { here = address() })
  if (RETURNS.includes(performance.getEntriesByType("navigation")[0]?.type) && !location.hash) restore()
}
