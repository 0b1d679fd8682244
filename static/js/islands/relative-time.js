// <time datetime="…" data-island="relative-time">: "2 h ago" in the page's language, kept fresh; the exact time stays in title.
const STEPS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]]
const all = new Set()
let words

function write(element) {
  const seconds = (new Date(element.dateTime) - Date.now()) / 1000
  if (Number.isNaN(seconds)) return
  words ??= new Intl.RelativeTimeFormat(document.documentElement.lang || "en", { numeric: "auto", style: "narrow" })
  const [unit, size] = STEPS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1]
  element.textContent = unit === "second" ? words.format(0, "second") : words.format(Math.round(seconds / size), unit)
}

function refresh() {
  for (const element of all) {
    if (element.isConnected) write(element)
    else all.delete(element)
  }
}

setInterval(refresh, 30_000)

export function mount(element) {
  all.add(element)
  write(element)
}
