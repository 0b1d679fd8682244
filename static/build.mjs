// Builds the front end: node static/build.mjs [--out=DIR] [--watch]
// Sources in static/, result in build/static/ (git-ignored). Entry names are stable; Django's manifest storage adds the
// content hashes. Lazily loaded chunks carry esbuild's own hash, because an import inside a module cannot be rewritten.
import { build, context } from "esbuild"
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"

const here = dirname(fileURLToPath(import.meta.url))
const root = dirname(here)
const option = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.split("=")[1]
const out = resolve(option("out") ?? join(root, "build", "static"))

const bundles = {
  entryPoints: ["app.js", "customer.js", "admin.js", "css/app.css", "css/admin.css", "css/customer.css"].map((name) => join(here, name)),
  entryNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]",
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  sourcemap: false,
  target: ["es2022", "chrome123", "firefox124", "safari17.5"],
  loader: { ".woff2": "file" },
  logLevel: "warning",
}

/** One <symbol> per icon, so that a page draws any of them with <use href="icons.svg#name">. */
function symbol(name, svg) {
  const viewBox = svg.match(/viewBox="([^"]+)"/)[1]
  const inner = svg.replace(/<!--.*?-->/gs, "").replace(/^.*?<svg[^>]*>|<\/svg>\s*$/gs, "").replace(/\s+/g, " ").trim()
  const stroke = svg.includes("data-own") ? "" : ' fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"'
  return `<symbol id="${name}" viewBox="${viewBox}"${stroke}>${inner}</symbol>`
}

async function sprite() {
  const names = JSON.parse(await readFile(join(here, "icons", "lucide.json"), "utf8"))
  const own = (await readdir(join(here, "icons"))).filter((file) => file.endsWith(".svg"))
  const lucide = names.map(async (name) => symbol(name, await readFile(join(root, "node_modules/lucide-static/icons", `${name}.svg`), "utf8")))
  const ours = own.map(async (file) => symbol(file.slice(0, -4), await readFile(join(here, "icons", file), "utf8")))
  const symbols = await Promise.all([...lucide, ...ours])
  await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`)
}

await rm(out, { recursive: true, force: true })
await mkdir(out, { recursive: true })
await Promise.all([sprite(), copyFile(join(here, "favicon.svg"), join(out, "favicon.svg"))])
if (process.argv.includes("--watch")) {
  await (await context({ ...bundles, minify: false, logLevel: "info" })).watch()
} else {
  await build(bundles)
}
