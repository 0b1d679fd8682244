// <iframe data-island="frame-height" sandbox="allow-same-origin" src="…">: as high as the mail inside, scripts there never run.
export function mount(frame) {
  const fit = () => {
    const page = frame.contentDocument?.documentElement
    if (!page) return
    const bar = frame.contentWindow.innerHeight - page.clientHeight // what scrolls a wide table sideways takes room of its own
    frame.height = Math.min(page.scrollHeight + bar, 20_000)
  }
  frame.addEventListener("load", () => {
    fit()
    frame.contentDocument?.querySelectorAll("img").forEach((image) => image.addEventListener("load", fit))
  })
  fit()
}
