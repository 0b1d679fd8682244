// <span data-island="live" data-socket="/ws/">: what others change appears here. The page names its topics on elements
// (data-live-topics="inbox:1 conversation:12"); the server answers with rendered fragments for out-of-band swaps.
// The cursor of the last fragment is kept, so that a connection that comes back asks only for what it missed.
import { applicable, pieces } from "../fragments.js"
import htmx, { toast } from "../htmx.js"
import { text } from "../page.js"

const BEHIND = 12_000
const SLOWEST = 30_000
const SIGNED_OUT = 4401

const topics = () => [...new Set([...document.querySelectorAll("[data-live-topics]")].flatMap((element) => element.dataset.liveTopics.split(/\s+/)))].filter(Boolean).sort()

const refreshing = () => [...document.querySelectorAll("[data-live-refresh]")]

function count(deltas) {
  for (const [name, delta] of Object.entries(deltas)) {
    for (const element of document.querySelectorAll(`[data-counter="${CSS.escape(name)}"]`)) {
      const value = Math.max(0, Number(element.dataset.count || 0) + delta)
      element.dataset.count = value
      element.textContent = value || ""
    }
  }
}

class Live {
  constructor(badge) {
    this.badge = badge
    this.cursor = document.querySelector("[data-live-cursor]")?.dataset.liveCursor ?? null  // as of when the page was made
    this.tries = 0
    this.lastTick = 0
    this.connect()
    setInterval(() => this.show(), 3000)
    // An answer: the server is there, and knows us again where we had been signed out.
    document.addEventListener("htmx:afterSettle", () => { this.connect(); this.subscribe() })
    addEventListener("offline", () => this.cut(true))
    addEventListener("online", () => { this.cut(false); this.connect() })
  }

  /** The browser says so at once; the socket may take minutes. A server on this very machine goes on speaking, though. */
  cut(isCut) {
    this.isCut = isCut
    this.show()
  }

  connect() {
    clearTimeout(this.timer)
    if (this.socket && this.socket.readyState < WebSocket.CLOSING) return
    const url = new URL(this.badge.dataset.socket, location.href)
    url.protocol = url.protocol.replace("http", "ws")
    this.socket = new WebSocket(url)
    this.asked = null
    this.socket.onopen = () => { this.tries = 0; this.lastTick = Date.now(); this.subscribe(); this.show() }
    this.socket.onmessage = ({ data }) => this.receive(JSON.parse(data))
    this.socket.onclose = ({ code }) => (code === SIGNED_OUT ? this.leave() : this.retry())
  }

  /** The session has ended: asking again would not bring it back, and a reload would lose what is being written. */
  leave() {
    this.show()
    toast({ level: "error", text: text("signedOut") })
  }

  /** Full jitter: after a restart of the server, a hundred browsers do not come back in the same second. */
  retry() {
    this.show()
    const most = Math.min(SLOWEST, 500 * 2 ** this.tries++)
    this.timer = setTimeout(() => this.connect(), 250 + Math.random() * most)
  }

  subscribe() {
    const wanted = topics()
    const key = wanted.join(" ")
    if (this.socket.readyState !== WebSocket.OPEN || key === this.asked) return
    this.asked = key
    this.socket.send(JSON.stringify({ type: "subscribe", topics: wanted, cursor: this.cursor }))
  }

  receive(message) {
    this.isCut = false
    this.lastTick = Date.now()
    this.lag = message.lag ?? this.lag
    this.cursor = message.cursor || this.cursor
    this[`on_${message.type}`]?.(message)
    this.show()
  }

  on_fragments({ html }) {
    for (const piece of pieces(html)) htmx.swap(document.body, applicable(piece), { swapStyle: "none", swapDelay: 0, settleDelay: 0 })
  }

  on_counters({ deltas }) {
    count(deltas)
  }

  /** Lists that changed; what shows them is fetched again, and whoever shows it decides when. */
  on_stale({ topics }) {
    const shows = (element) => element.closest("[data-live-topics]")?.dataset.liveTopics.split(/\s+/).some((topic) => topics.includes(topic))
    refreshing().filter(shows).forEach((element) => htmx.trigger(element, "live:reload"))
  }

  on_reload() {
    refreshing().forEach((element) => htmx.trigger(element, "live:reload"))
    htmx.trigger(document.body, "live:reload")
  }

  show() {
    const open = !this.isCut && this.socket?.readyState === WebSocket.OPEN
    const fresh = Date.now() - this.lastTick < BEHIND && !(this.lag > BEHIND / 1000)
    const state = !open ? "offline" : fresh ? "live" : "behind"
    if (this.badge.dataset.state !== state) this.badge.dataset.state = state
  }
}

export function mount(badge) {
  new Live(badge)
}
