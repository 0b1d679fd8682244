// <dialog data-island="dialog">: opens by any [data-dialog-open="id"], or when htmx fills it; closes by [data-close], Escape or
// a click beside it. The dialog with id "confirm" also answers hx-confirm, in our words instead of the browser's.
function openNamed(event) {
  const id = event.target.closest("[data-dialog-open]")?.dataset.dialogOpen
  if (!id) return
  event.preventDefault()
  document.getElementById(id)?.showModal()
}

function confirmWith(dialog) {
  document.addEventListener("htmx:confirm", (event) => {
    const { question, elt, issueRequest } = event.detail
    if (!question) return
    event.preventDefault()
    dialog.querySelector("[data-question]").textContent = question
    const button = dialog.querySelector("[value=yes]")
    button.textContent = elt.dataset.confirmLabel || button.dataset.label
    button.dataset.kind = elt.dataset.confirmKind || "danger-solid"
    dialog.returnValue = ""
    dialog.showModal()
    dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") issueRequest(true) }, { once: true })
  })
}

export function mount(dialog) {
  if (dialog.id === "confirm") confirmWith(dialog)
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close()
  })
  dialog.addEventListener("htmx:afterSwap", () => { if (!dialog.open) dialog.showModal() })
  document.body.addEventListener("dialog:close", () => dialog.close())
}

document.addEventListener("click", openNamed)
