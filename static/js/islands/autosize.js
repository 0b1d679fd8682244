// <textarea data-island="autosize">: grows with its text where the browser does not do so itself (field-sizing: content).
export function mount(area) {
  if (CSS.supports("field-sizing", "content")) return
  const fit = () => {
    area.style.height = "auto"
    area.style.height = `${area.scrollHeight}px`
  }
  area.addEventListener("input", fit)
  fit()
}
