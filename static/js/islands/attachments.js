// <form data-island="attachments"> with <input type="file" name="attachments" multiple>, a list [data-files] and a sentence
// [data-complaint]: files by button, drop (anywhere on the thread) and paste; each can be taken out again. What is too much
// is left out and said, before anything is sent. What a refused request carried comes back.
const input = (form) => form.elements.attachments
const LANGUAGE = document.documentElement.lang || "en"

function size(bytes) {
  if (bytes < 1024) return new Intl.NumberFormat(LANGUAGE, { style: "unit", unit: "byte", unitDisplay: "long" }).format(bytes)
  const [value, unit] = bytes < 1 << 20 ? [bytes / 1024, "KB"] : [bytes / (1 << 20), "MB"] // as the server writes it once sent
  return new Intl.NumberFormat(LANGUAGE, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value) + `\u00a0${unit}`
}

function put(form, files) {
  const carrier = new DataTransfer()
  files.forEach((file) => carrier.items.add(file))
  input(form).files = carrier.files
  form.elements.body.required = !files.length
  draw(form, files)
}

function draw(form, files) {
  const template = document.getElementById("file-chosen").content.firstElementChild
  const items = files.map((file, index) => {
    const item = template.cloneNode(true)
    item.querySelector("[data-name]").textContent = file.name
    item.querySelector("[data-size]").textContent = size(file.size)
    const remove = item.querySelector("[data-remove]")
    remove.dataset.remove = index
    remove.setAttribute("aria-label", `${remove.getAttribute("aria-label")}: ${file.name}`)
    return item
  })
  form.querySelector("[data-files]").replaceChildren(...items)
}

function complain(form, sentence) {
  const place = form.querySelector("[data-complaint]")
  place.textContent = sentence
  place.hidden = !sentence
}

/** What still fits, in the order of choosing. The first one that does not fit is named. */
function fitting(form, files) {
  const { mostFiles, mostBytes, tooMany, tooLarge } = input(form).dataset
  const kept = []
  let bytes = 0
  let sentence = ""
  for (const file of files) {
    if (kept.length >= Number(mostFiles)) sentence ||= tooMany
    else if (bytes + file.size > Number(mostBytes)) sentence ||= tooLarge.replace("%name%", file.name)
    else { kept.push(file); bytes += file.size }
  }
  complain(form, sentence)
  return kept
}

const named = ({ dataTransfer }) => [...(dataTransfer?.types ?? [])].includes("Files")

/** The message that is shown before the server has it names its files too. */
function announce(form, files) {
  const item = [...document.querySelectorAll(`${form.dataset.into} > [data-pending]`)].at(-1)
  const names = files.map(({ name }) => Object.assign(document.createElement("span"), { className: "attachment", textContent: name }))
  const list = Object.assign(document.createElement("div"), { className: "attachments" })
  list.append(...names)
  if (names.length) item?.querySelector(".knot-body")?.append(list)
}

export function mount(form) {
  const zone = form.closest(".thread-page") ?? form
  let files = []
  let sending = []

  const change = (wanted) => { files = fitting(form, wanted); put(form, files) }
  const add = (more) => change([...files, ...more])

  change([...input(form).files])
  form.dataset.takesFiles = ""

  input(form).addEventListener("change", () => add([...input(form).files]))
  form.elements.body.addEventListener("paste", ({ clipboardData }) => { if (clipboardData?.files.length) add([...clipboardData.files]) })
  form.addEventListener("click", ({ target }) => {
    const remove = target.closest("[data-remove]")
    if (!remove) return
    change(files.filter((_, index) => index !== Number(remove.dataset.remove)))
    form.elements.body.focus()
  })

  zone.addEventListener("dragover", (event) => { if (named(event)) { event.preventDefault(); form.dataset.drop = "" } })
  zone.addEventListener("dragleave", ({ relatedTarget }) => { if (!zone.contains(relatedTarget)) delete form.dataset.drop })
  zone.addEventListener("drop", (event) => {
    delete form.dataset.drop
    if (!named(event)) return
    event.preventDefault()
    add([...event.dataTransfer.files])
  })

  form.addEventListener("htmx:beforeRequest", ({ target }) => {
    if (target !== form) return
    sending = files
    change([])
    queueMicrotask(() => announce(form, sending))
  })
  form.addEventListener("htmx:afterRequest", ({ target, detail }) => {
    if (target === form && !detail.successful) change([...sending, ...files])
    if (target === form) sending = []
  })
}
