// <section data-island="waits">: where htmx puts what it fetches. Takes that longer than a blink, the page's
// <template id="skeleton">, or the one that data-skeleton names, stands there meanwhile.
const BLINK = 200

export function mount(place) {
  const skeleton = document.getElementById(place.dataset.skeleton ?? "skeleton").content.firstElementChild
  let timer
  let shape

  function show() {
    shape = skeleton.cloneNode(true)
    shape.classList.add("waiting")
    place.append(shape)
  }

  function end() {
    clearTimeout(timer)
    shape?.remove()
    shape = undefined
  }

  // A request's events come from what asked for it, which may stand anywhere.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.target !== place || detail.requestConfig.verb !== "get") return
    end()
    timer = setTimeout(show, BLINK)
  })
  document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.target === place) end() })
}
