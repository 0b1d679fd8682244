// Fragments from the server, made safe to apply twice: what this page does not show is left out, and what is to be added
// but stands here already (same id) is replaced instead, so that nothing appears doubled after a reconnection.
const INSIDE = /^(beforeend|afterbegin|beforebegin|afterend)/

function targetOf(element) {
  const [, selector] = element.getAttribute("hx-swap-oob").split(/:(.*)/s)
  return selector || `#${CSS.escape(element.id)}`
}

function replaceKnown(element, root) {
  if (!INSIDE.test(element.getAttribute("hx-swap-oob"))) return
  for (const child of [...element.children]) {
    if (!child.id || !document.getElementById(child.id)) continue
    child.setAttribute("hx-swap-oob", "true")
    const wrapper = document.createElement("template")
    wrapper.content.append(child)
    root.append(wrapper)
  }
}

export function applicable(html) {
  const page = document.createElement("template")
  page.innerHTML = html
  const roots = [page.content, ...[...page.content.querySelectorAll("template")].map((template) => template.content)]
  for (const root of roots) {
    for (const element of root.querySelectorAll("[hx-swap-oob]")) {
      if (document.querySelector(targetOf(element))) replaceKnown(element, page.content)
      else element.remove()
    }
  }
  return page.innerHTML
}
