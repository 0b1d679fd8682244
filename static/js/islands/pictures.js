// <p data-island="pictures"><a target="the frame's name">: once the pictures are asked for, there is nothing left to ask.
export function mount(notice) {
  const link = notice.querySelector("a[target]")
  link.addEventListener("click", () => {
    notice.hidden = true
    document.getElementsByName(link.target)[0]?.focus()
  })
}
