// Fragments from the server, made safe to apply twice: what this page does not show is left out, and what is to be added
// but stands here already (same id) is replaced instead, so that nothing appears doubled after a reconnection. What one
// fragment takes away, those after it no longer find.
const INSIDE = /^(beforeend|afterbegin|beforebegin|afterend)/
const AWAY = /^delete/

function targetsOf(element, gone) {
  const [, selector] = element.getAttribute("hx-swap-oob").split(/:(.*)/s)
  return [...document.querySelectorAll(selector || `#${CSS.escape(element.id)}`)].filter((target) => !gone.has(target))
}

function replaceKnown(element, root, gone) {
  for (const child of [...element.children]) {
    const known = child.id && document.getElementById(child.id)
    if (!known || gone.has(known)) continue
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
  const gone = new Set()
  for (const root of roots) {
    for (const element of root.querySelectorAll("[hx-swap-oob]")) {
      const targets = targetsOf(element, gone)
      const style = element.getAttribute("hx-swap-oob")
      if (!targets.length) element.remove()
      else if (INSIDE.test(style)) replaceKnown(element, page.content, gone)
      else if (AWAY.test(style)) targets.forEach((target) => gone.add(target))
    }
  }
  return page.innerHTML
}

/** One after the other: where a piece belongs may hang on what those before it changed. */
export function pieces(html) {
  const page = document.createElement("template")
  page.innerHTML = html
  return [...page.content.children].map((element) => element.outerHTML)
}
