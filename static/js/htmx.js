// htmx as this product uses it: our CSRF header, idiomorph as a swap style ("morph"), and our words for its failures.
import htmx from "htmx.org"
import { Idiomorph } from "idiomorph"
import "./focus.js"
import { applicable } from "./fragments.js"
import { csrf, text } from "./page.js"

htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph",
  handleSwap: (style, target, fragment) =>
    style.startsWith("morph") ? Idiomorph.morph(target, fragment.children, { morphStyle: style === "morph:innerHTML" ? "innerHTML" : "outerHTML" }) : false,
})

export function toast(detail) {
  document.body.dispatchEvent(new CustomEvent("toast", { detail }))
}

function leaveOutWhatIsNotShown({ detail }) {
  const html = detail.serverResponse
  if (html.includes("hx-swap-oob") && !html.includes("<html")) detail.serverResponse = applicable(html)
}

document.addEventListener("htmx:beforeSwap", leaveOutWhatIsNotShown)
// When the live socket has replaced the target meanwhile, its events no longer come up to the document.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  detail.target?.addEventListener("htmx:beforeSwap", leaveOutWhatIsNotShown, { once: true })
})
document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = csrf()
  detail.formData.delete("csrfmiddlewaretoken") // a form's own, for pages without scripts, may be older
})
const unreachable = () => toast({ level: "error", text: text("unreachable"), until: "answered" })
document.addEventListener("htmx:sendError", unreachable)
document.addEventListener("htmx:timeout", unreachable)
document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr
  if (status === 401) return window.location.reload()
  const name = { 403: "forbidden", 404: "missing", 409: "conflict", 429: "slow" }[status] ?? "failed"
  toast({ level: "error", text: text(name) })
})

export default htmx
