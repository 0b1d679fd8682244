// <time datetime="…" data-island="relative-time">: keeps "2h ago" (data-short: "2h") fresh, in the words of the server
// (<template id="texts">), so that nothing jumps. Older than a week, the server has written a date, and that stays true.
import { text } from "../page.js"

const MINUTE = 60, HOUR = 3600, DAY = 86400, RECENT = 7 * DAY
const all = new Set()

function words(seconds, short) {
  const apart = Math.abs(seconds)
  if (apart < MINUTE) return text("now")
  const [unit, size] = apart < HOUR ? ["Minutes", MINUTE] : apart < DAY ? ["Hours", HOUR] : ["Days", DAY]
  return text((short ? "short" : seconds < 0 ? "past" : "next") + unit).replace("%(n)d", Math[!short && seconds > 0 && size === DAY ? "round" : "floor"](apart / size))
}

function write(element) {
  const seconds = (new Date(element.dateTime) - Date.now()) / 1000
  if (Math.abs(seconds) < RECENT && text("now")) element.textContent = words(seconds, "short" in element.dataset)
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
