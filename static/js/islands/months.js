// <ol data-island="months">: what comes in live brings the name of its month along; said already in a row, it is not said again.
export function mount(list) {
  function tidy() {
    let last
    for (const day of list.querySelectorAll(":scope > .thread-day")) {
      if (day.dataset.month === last) day.remove()
      else last = day.dataset.month
    }
  }
  tidy() // something may have come before this was loaded
  new MutationObserver(tidy).observe(list, { childList: true })
}
