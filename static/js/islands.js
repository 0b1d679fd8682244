// Mounts an island on each element that asks for one: data-island="menu" (several: "menu list-keys").
// An island is a module with mount(element); it is called once per element, also for what htmx swaps in later.
const mounted = new WeakMap()

async function mountOne(element, name, registry) {
  const load = registry[name]
  if (!load) return console.warn(`No island named "${name}"; known: ${Object.keys(registry).join(", ")}`)
  const { mount } = await load()
  if (element.isConnected) mount(element)
}

function mountElement(element, registry) {
  const done = mounted.get(element) ?? new Set()
  mounted.set(element, done)
  for (const name of element.dataset.island.split(/\s+/)) {
    if (done.has(name)) continue
    done.add(name)
    mountOne(element, name, registry)
  }
}

export function mountIslands(root, registry) {
  if (root.matches?.("[data-island]")) mountElement(root, registry)
  root.querySelectorAll("[data-island]").forEach((element) => mountElement(element, registry))
}

export function startIslands(registry) {
  document.addEventListener("htmx:load", ({ target }) => mountIslands(target, registry))
  mountIslands(document, registry)
}
