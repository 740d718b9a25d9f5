// Client types from the service's OpenAPI document: `node tools/types.mjs [DOCUMENT]`.
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const here = (path) => new URL(path, import.meta.url);
const document = process.argv[2] ?? here("../../crates/9-door/service/openapi.json");
const text = JSON.parse(await readFile(document, "utf8"));
await writeFile(here("../src/api/schema.ts"), `// Made from the OpenAPI document by tools/types.mjs.\n${astToString(await openapi(text))}`);
