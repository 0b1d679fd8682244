// <button data-island="copy" data-copy="text"> (or data-copy-from="#id"): copies and says so.
import { toast } from "../htmx.js"
import { text } from "../page.js"

export function mount(button) {
  button.addEventListener("click", async () => {
    const value = button.dataset.copy ?? document.querySelector(button.dataset.copyFrom)?.textContent ?? ""
    await navigator.clipboard.writeText(value)
    toast({ text: text("copied") })
  })
}
