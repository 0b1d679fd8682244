// Entry of the pages that customers see: no htmx, no shell, and every page works without it.
import { startIslands } from "./js/islands.js"
import * as relativeTime from "./js/islands/relative-time.js"

startIslands({ "relative-time": () => Promise.resolve(relativeTime) })
