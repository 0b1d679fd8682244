// Entry of the product's pages. Islands that every page has, or that wait for keys, are part of this file; the others load
// when an element asks for them. To add one: a file in js/islands/ that exports mount(element), and a line here.
import "./js/htmx.js"
import "./js/scroll.js"
import { startIslands } from "./js/islands.js"
import * as dialog from "./js/islands/dialog.js"
import * as listKeys from "./js/islands/list-keys.js"
import * as live from "./js/islands/live.js"
import * as menu from "./js/islands/menu.js"
import * as palette from "./js/islands/palette.js"
import * as panes from "./js/islands/panes.js"
import * as relativeTime from "./js/islands/relative-time.js"
import * as shortcuts from "./js/islands/shortcuts.js"
import * as theme from "./js/islands/theme.js"
import * as toast from "./js/islands/toast.js"

const here = (module) => () => Promise.resolve(module)

startIslands({
  dialog: here(dialog),
  "list-keys": here(listKeys),
  live: here(live),
  menu: here(menu),
  palette: here(palette),
  panes: here(panes),
  "relative-time": here(relativeTime),
  shortcuts: here(shortcuts),
  theme: here(theme),
  toast: here(toast),
  attachments: () => import("./js/islands/attachments.js"),
  autosize: () => import("./js/islands/autosize.js"),
  composer: () => import("./js/islands/composer.js"),
  copy: () => import("./js/islands/copy.js"),
  desk: () => import("./js/islands/desk.js"),
  fresh: () => import("./js/islands/fresh.js"),
  "frame-height": () => import("./js/islands/frame-height.js"),
  "inbox-list": () => import("./js/islands/inbox-list.js"),
  months: () => import("./js/islands/months.js"),
  optimistic: () => import("./js/islands/optimistic.js"),
  passkey: () => import("./js/islands/passkey.js"),
  pictures: () => import("./js/islands/pictures.js"),
  scrolled: () => import("./js/islands/scrolled.js"),
  waits: () => import("./js/islands/waits.js"),
})
