// <div data-island="theme"> around <button name="theme" value="light|dark|">: shows the choice at once; the form around it
// tells the server, which keeps it per user. The cookie covers pages before sign-in.
export function mount(root) {
  const buttons = [...root.querySelectorAll("button[name=theme]")]

  function show(theme) {
    if (theme) document.documentElement.dataset.theme = theme
    else delete document.documentElement.dataset.theme
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.value === theme)))
  }

  buttons.forEach((button) => button.addEventListener("click", () => {
    document.cookie = `theme=${button.value}; path=/; max-age=31536000; samesite=lax`
    show(button.value)
  }))
  show(document.documentElement.dataset.theme ?? "")
}
