// One request to the service: its answer, or an error that people can read in both languages.

import type { Problem } from "./types";

export const ROOT = "/api/v1";

/** The service said no, or is not there (status 0). */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.en);
  }
}

/** Who wants to know how requests went: the session (401) and the service (gone, there). */
export const heard = { answered: () => {}, refused: () => {}, gone: () => {} };

export type Query = Record<string, string | number | boolean | null | undefined>;

/** The path with its query; what is undefined, null or empty is left out. */
export function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === "" ? path : `${path}?${text}`;
}

/** Path parts, each made safe: `path("labs", lab, "frames")`. */
export const path = (...parts: (string | number)[]) => "/" + parts.map((part) => encodeURIComponent(part)).join("/");

const GONE: Problem = { code: "gone", en: "The service does not answer.", zh: "服务没有应答." };

/** Sends a request and hands back the raw answer; throws `Refused`. */
export async function send(method: string, where: string, body?: unknown, init: RequestInit = {}): Promise<Response> {
  const headers = body === undefined ? init.headers : { "content-type": "application/json", ...init.headers };
  const text = body === undefined ? init.body : JSON.stringify(body);
  let answer: Response;
  try {
    answer = await fetch(ROOT + where, { ...init, method, headers, body: text });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    heard.gone();
    throw new Refused(0, GONE);
  }
  heard.answered();
  if (answer.ok) return answer;
  if (answer.status === 401) heard.refused();
  throw new Refused(answer.status, await problemOf(answer));
}

async function problemOf(answer: Response): Promise<Problem> {
  const known = await answer.json().then(
    (body: { error?: Problem }) => body.error,
    () => undefined,
  );
  const said = `${answer.status} ${answer.statusText}`.trim();
  return known ?? { code: "unknown", en: `The service answered ${said}.`, zh: `服务的应答: ${said}` };
}

async function json<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export const get = async <T>(where: string, query?: Query, signal?: AbortSignal) =>
  json<T>(await send("GET", withQuery(where, query), undefined, { signal }));

/** The lines of an endless answer, each parsed; ends with the answer or when the reader stops. */
export async function* lines<T>(answer: Response): AsyncGenerator<T> {
  if (answer.body === null) return;
  const reader = answer.body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const whole = (rest + decoder.decode(part.value, { stream: true })).split("\n");
      rest = whole.pop() ?? "";
      for (const line of whole) if (line.trim() !== "") yield JSON.parse(line) as T;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
