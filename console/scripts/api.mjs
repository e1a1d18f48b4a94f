/** Makes the types of the API from the services' OpenAPI documents in `openapi/`. */
import { mkdir, readdir, writeFile } from "node:fs/promises"
import openapiTS, { astToString } from "openapi-typescript"

const documents = new URL("../openapi/", import.meta.url)
const generated = new URL("../src/api/generated/", import.meta.url)

await mkdir(generated, { recursive: true })
const services = (await readdir(documents)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5))
for (const service of services) {
  const types = await openapiTS(new URL(`${service}.json`, documents), { defaultNonNullable: false })
  await writeFile(new URL(`${service}.d.ts`, generated), astToString(types))
}
const imports = services.map((name) => `import type * as ${name} from "./${name}"`)
const paths = services.map((name) => `${name}.paths`).join(" & ")
const schemas = services.map((name) => `  ${name}: ${name}.components["schemas"]`)
await writeFile(
  new URL("index.d.ts", generated),
  [...imports, "", `export type paths = ${paths}`, "", "export type Schemas = {", ...schemas, "}", ""].join("\n"),
)
