// The settings. select2 names its box by the chosen value alone; who hears the page needs the label of the field too.
// It says nowhere that it has drawn a box, so whatever comes into the page is looked at.
function name(box) {
  box.dataset.named = ""
  const [label] = box.closest(".select2").previousElementSibling.labels ?? []
  if (!label) return
  label.id ||= `${label.htmlFor}-label`
  box.setAttribute("aria-labelledby", `${label.id} ${box.getAttribute("aria-labelledby") ?? ""}`.trim())
  // One value is a text of its own; several stand around the field that one types into.
  box.querySelector("[role=textbox], .select2-search__field")?.setAttribute("aria-labelledby", label.id)
}

function nameAll() {
  document.querySelectorAll(".select2-selection[role=combobox]:not([data-named])").forEach(name)
}

new MutationObserver(nameAll).observe(document.documentElement, { childList: true, subtree: true })
nameAll()
