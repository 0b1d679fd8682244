// The settings. select2 names its box by the chosen value alone; who hears the page needs the label of the field too.
function name(box) {
  const select = box.closest(".select2").previousElementSibling
  const [label] = select.labels ?? []
  if (!label) return
  label.id ||= `${select.id}-label`
  box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby")}`)
  box.querySelector("[role=textbox]")?.setAttribute("aria-labelledby", label.id)
}

function nameAll(within) {
  within.querySelectorAll(".select2-selection[role=combobox]").forEach(name)
}

addEventListener("load", () => nameAll(document))
document.addEventListener("formset:added", ({ target }) => setTimeout(() => nameAll(target)))
