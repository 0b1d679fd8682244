// What the server tells every page: meta values, and the translated sentences that scripts say (<template id="texts">).
export const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? ""

/** The cookie's: who signs in again in another tab is given a new one. The page's own where cookies cannot be read. */
export function csrf() {
  const name = `${meta("csrf-cookie")}=`
  const cookie = document.cookie.split("; ").find((each) => each.startsWith(name))
  return cookie ? cookie.slice(name.length) : meta("csrf-token")
}

export const text = (name) => document.getElementById("texts")?.dataset[name] ?? ""

export const typing = (target) => Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]"))

/** A button that tells how many there are and is there only while there are any: data-one, data-many with %n. */
export function tellNews(button, count) {
  if (!button) return
  button.hidden = !count
  button.querySelector("[data-words]").textContent = count ? (count === 1 ? button.dataset.one : button.dataset.many.replace("%n", count)) : ""
}

/** Random id; crypto.randomUUID exists only on https and localhost, and people run this on a plain office network too. */
export function uniqueId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** Storage that is switched off (private windows, policies) must not break the page. */
export const memory = {
  get(key) {
    try { return localStorage.getItem(key) } catch { return null }
  },
  set(key, value) {
    try { localStorage.setItem(key, value) } catch { /* the choice then lasts for this page only */ }
  },
}
