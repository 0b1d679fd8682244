// <span data-island="passkey" data-closed=… data-known=… data-numeric=… data-failed=…>: why a passkey was not used, in words. allauth's
// scripts tell it as an event on the document; the names of errors are WebAuthn's (W3C Web Authentication Level 3, §5.1).
import { toast } from "../htmx.js"

const SENTENCES = { NotAllowedError: "closed", AbortError: "closed", InvalidStateError: "known", SecurityError: "numeric" }

export function mount(element) {
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault()
    toast({ level: "error", text: element.dataset[SENTENCES[event.detail.exception.name] ?? "failed"] })
  })
}
