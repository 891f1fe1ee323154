// Answers of /api/v1: lines of JSON as they come, and the last line, which says how the answer ended.

export class Failure extends Error {
  constructor(message, status = 0) {
    super(message);
    this.status = status; // 0: no answer came, or it broke off
  }
}

const FIRST = 50; // lines
// The origin, since a browser refuses to fetch below an address with a password in it.
export const API = `${location.origin}/api/v1/`;
const GONE = "the server does not answer";

async function failure(response) {
  const text = await response.text().catch(() => "");
  let message = text.trim().slice(0, 500);
  try {
    message = JSON.parse(text).error.message;
  } catch {
    /* plain text of an earlier stage */
  }
  return new Failure(message || response.statusText, response.status);
}

async function open(path, options) {
  let response;
  try {
    response = await fetch(API + path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(GONE);
  }
  if (!response.ok) throw await failure(response);
  return response;
}

// Calls `each(object, line)` for each line but the last, and `chunk()` after each part that came.
// Resolves to what the last line says. Rejects with a Failure, or an AbortError.
export async function stream(path, { each, chunk = () => {}, signal, ...options }) {
  const response = await open(path, { signal, ...options });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "",
    end = null,
    first = true;
  const take = (line) => {
    if (line === "") return;
    const object = JSON.parse(line);
    if (object.end !== undefined) end = object.end;
    else each(object, line);
  };
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      // The first rows are drawn before the rest of a large part is read.
      for (const line of first ? lines.splice(0, FIRST) : []) take(line);
      if (first && lines.length > 0) {
        chunk();
        await new Promise((resolve) => setTimeout(resolve));
      }
      first = false;
      lines.forEach(take);
      chunk();
    }
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(error instanceof SyntaxError ? "the server sent a broken line" : GONE);
  }
  if (end === null) throw new Failure("the answer broke off: what is here is not all");
  return end;
}

export async function lines(path, options = {}) {
  const found = [];
  const end = await stream(path, { ...options, each: (object) => found.push(object) });
  return { lines: found, end };
}

export async function json(path, options) {
  const response = await open(path, options);
  try {
    return await response.json();
  } catch {
    throw new Failure(GONE);
  }
}

// How many rows: {count, more}: `more` where the server stopped counting.
export async function count(parameters, signal, most = 10_000) {
  parameters.set("show", "count");
  parameters.set("limit", most);
  const {
    lines: [first],
    end,
  } = await lines(`query?${parameters}`, { signal });
  return { count: first?.count ?? 0, more: !end.whole };
}
