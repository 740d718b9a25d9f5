// Requests whose path, parameters, body and answer are those of the OpenAPI document: what the
// document does not have does not compile.

import { ROOT, type Query, send, withQuery } from "./http";
import type { paths } from "./schema";

/** Every field is there; the service leaves none out that its document does not call optional-and-skipped. */
export type Whole<T> = T extends (infer E)[] ? Whole<E>[] : T extends object ? { [K in keyof T]-?: Whole<T[K]> } : T;

type Where<Method extends string> = {
  [P in keyof paths]: P extends `${typeof ROOT}${infer Short}` ? (paths[P] extends Record<Method, object> ? Short : never) : never;
}[keyof paths];
type Operation<P extends string, Method extends string> = `${typeof ROOT}${P}` extends infer Long
  ? Long extends keyof paths
    ? Method extends keyof paths[Long]
      ? paths[Long][Method]
      : never
    : never
  : never;

type Json<R> = R extends { content: { "application/json": infer B } } ? Whole<B> : never;
type Answer<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201)]> : never;
type Parts<O> = O extends { parameters: { path: infer P } } ? P : Record<string, never>;
type Asked<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : undefined;

/** `/labs/{lab}` with its parts put in, each made safe. */
function filled(path: string, parts: object): string {
  const known = new Map(Object.entries(parts));
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(known.get(name))));
}

async function json<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export async function get<P extends Where<"get">>(
  path: P,
  parts: Parts<Operation<P, "get">>,
  query?: Asked<Operation<P, "get">>,
  signal?: AbortSignal,
): Promise<Answer<Operation<P, "get">>> {
  return json(await send("GET", withQuery(filled(path, parts as object), query as Query), undefined, { signal }));
}

export async function post<P extends Where<"post">>(
  path: P,
  parts: Parts<Operation<P, "post">>,
  body?: Body<Operation<P, "post">>,
): Promise<Answer<Operation<P, "post">>> {
  return json(await send("POST", filled(path, parts as object), body));
}

export async function remove<P extends Where<"delete">>(path: P, parts: Parts<Operation<P, "delete">>): Promise<void> {
  await send("DELETE", filled(path, parts as object));
}
