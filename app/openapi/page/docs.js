// Browses the OpenAPI document of this installation. Text reaches the page as text nodes only, never as HTML.

const METHODS = ["get", "post", "put", "patch", "delete"];
const api = await (await fetch("/api/v3/api-docs")).json();
const key = document.querySelector("#key");

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function resolved(part) {
  if (!part?.$ref) return part;
  const found = part.$ref.slice(2).split("/").reduce((place, name) => place[name], api);
  const { $ref, ...own } = part;
  return { ...found, ...own };
}

// Paragraphs, lists, `code` and **bold**: all the Markdown that the document uses.
function prose(text = "") {
  return text.split(/\n\n+/).map((block) => {
    const items = block.split(/^- /m).filter((item) => item.trim());
    return block.startsWith("- ")
      ? make("ul", {}, ...items.map((item) => make("li", {}, ...inline(item))))
      : make("p", {}, ...inline(block));
  });
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
    return part.startsWith("**") ? make("b", {}, part.slice(2, -2)) : part;
  });
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.type === "array") return `list of ${typeOf(schema.items ?? {})}`;
  const type = [schema.type ?? "any"].flat().join(" or ");
  return schema.format ? `${type} (${schema.format})` : type;
}

function limitsOf(schema) {
  const words = { minimum: "≥", maximum: "≤", minLength: "length ≥", maxLength: "length ≤", maxItems: "items ≤", pattern: "matches" };
  const limits = Object.entries(words).filter(([name]) => name in schema).map(([name, word]) => `${word} ${schema[name]}`);
  const choices = schema.enum ?? schema.items?.enum;
  if (choices) limits.push(`one of ${choices.join(", ")}`);
  if ("default" in schema) limits.push(`default ${JSON.stringify(schema.default)}`);
  return limits.join(" · ");
}

// The fields of a shape; those of shapes inside it are made when they are opened.
function fields(schema, depth = 0) {
  const shape = resolved(schema) ?? {};
  const inner = shape.items ?? shape.anyOf?.find((one) => one.$ref || one.properties);
  if (!shape.properties) return inner && depth < 6 ? fields(inner, depth) : make("p", { className: "quiet" }, typeOf(shape));
  return make("ul", { className: "fields" }, ...Object.entries(shape.properties).map(([name, property]) => {
    const required = shape.required?.includes(name);
    const line = [make("code", {}, name), " ", make("small", { className: "quiet" }, typeOf(property), required ? "" : " · optional")];
    const words = make("div", {}, ...inline(resolved(property).description ?? ""), " ", make("small", { className: "quiet" }, limitsOf(property)));
    const nested = JSON.stringify(property).includes('"$ref"');
    if (!nested) return make("li", {}, ...line, words);
    const details = make("details", {}, make("summary", {}, ...line), words);
    details.addEventListener("toggle", () => details.append(fields(property, depth + 1)), { once: true });
    return make("li", {}, details);
  }));
}

const pretty = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

function content(media) {
  return Object.entries(media ?? {}).flatMap(([type, { schema, example, examples }]) => [
    make("div", { className: "quiet" }, make("code", {}, type)),
    fields(schema),
    ...(examples ? Object.values(examples).map(({ value }) => value) : [example]).map((value) => make("pre", {}, pretty(value))),
  ]);
}

function answers(operation) {
  return Object.entries(operation.responses).map(([status, reference]) => {
    const answer = resolved(reference);
    const summary = make("summary", {}, make("b", { className: status < 400 ? "good" : "bad" }, status), ...inline(answer.description.split("\n")[0].replace(/^- /, "")));
    const details = make("details", { className: "answer" }, summary);
    details.addEventListener("toggle", () => {
      const headers = Object.entries(answer.headers ?? {}).map(([name, header]) =>
        make("tr", {}, make("td", {}, make("code", {}, name)), make("td", {}, ...inline(resolved(header).description)), make("td", {}, make("code", {}, String(resolved(header).example)))));
      details.append(...prose(answer.description.includes("\n") ? answer.description : ""), ...content(answer.content), make("table", {}, ...headers));
    }, { once: true });
    return details;
  });
}

// A form with the document's examples; what is emptied is not sent.
function form(method, path, operation) {
  const rows = (operation.parameters ?? []).map((parameter) => {
    const shown = parameter.required ? [parameter.example].flat().join(",") : "";
    const input = make("input", { className: "value", value: shown, placeholder: [parameter.example].flat().join(","), "aria-label": parameter.name });
    const note = make("small", { className: "quiet" }, ` ${parameter.in} · ${typeOf(parameter.schema)}`, parameter.required ? "" : " · optional");
    const words = [...inline(parameter.description), " ", make("small", { className: "quiet" }, limitsOf(parameter.schema))];
    return { parameter, input, row: make("tr", {}, make("td", {}, make("code", {}, parameter.name), make("br"), note), make("td", {}, ...words), make("td", {}, input)) };
  });
  const [type, media] = Object.entries(operation.requestBody?.content ?? {}).pop() ?? [];
  const body = media && make("textarea", { value: pretty(media.example), spellcheck: false, "aria-label": "Body" });
  const send = make("button", { type: "button" }, "Send");
  const output = make("div", { "aria-live": "polite" });
  send.addEventListener("click", async () => {
    send.disabled = true;
    output.replaceChildren(...(await request(method, path, rows, type, body?.value)));
    send.disabled = false;
  });
  return [
    rows.length ? make("h4", {}, "Parameters") : "",
    make("table", {}, ...rows.map(({ row }) => row)),
    ...(media ? [make("h4", {}, "Body"), ...prose(operation.requestBody.description), fields(media.schema), body] : []),
    send,
    output,
  ];
}

// A stream has no end: what comes within five seconds is shown.
async function beginningOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  setTimeout(() => reader.cancel(), 5000);
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += value;
  }
}

async function request(method, path, rows, type, body) {
  const headers = new Headers();
  const url = new URL(path, location.origin);
  if (key.value) headers.set("Authorization", `Bearer ${key.value}`);
  if (body) headers.set("Content-Type", type);
  try {
    for (const { parameter, input } of rows.filter(({ input }) => input.value !== "")) {
      if (parameter.in === "path") url.pathname = decodeURI(url.pathname).replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (parameter.in === "header") headers.set(parameter.name, input.value);
      else url.searchParams.set(parameter.name, input.value);
    }
    const started = performance.now();
    const answer = await fetch(url, { method: method.toUpperCase(), headers, body: body || undefined, credentials: "omit" });
    const isStream = answer.headers.get("content-type")?.startsWith("text/event-stream");
    const text = isStream ? await beginningOf(answer) : await answer.text();
    const isJson = answer.headers.get("content-type")?.includes("json");
    const told = ["etag", "location", "ratelimit", "retry-after", "x-request-id"].filter((name) => answer.headers.has(name));
    return [
      make("h4", { className: answer.ok ? "good" : "bad" }, `${answer.status} ${answer.statusText} · ${Math.round(performance.now() - started)} ms`),
      make("div", { className: "quiet" }, make("code", {}, `${method.toUpperCase()} ${url.pathname}${url.search}`)),
      make("pre", {}, told.map((name) => `${name}: ${answer.headers.get(name)}`).join("\n")),
      make("pre", {}, text ? (isJson ? pretty(JSON.parse(text)) : text) : "no content"),
    ];
  } catch (error) {
    return [make("h4", { className: "bad" }, String(error))];
  }
}

function article(method, path, operation) {
  const lock = operation.security?.length === 0 ? make("small", { className: "quiet" }, "public") : "";
  const heading = make("summary", {}, make("span", { className: `method ${method}` }, method), make("code", { className: "path" }, path), make("span", { className: "quiet" }, operation.summary), lock);
  const details = make("details", {}, heading);
  details.addEventListener("toggle", () => {
    details.append(make("div", { className: "content" }, ...prose(operation.description), ...form(method, path, operation), make("h4", {}, "Answers"), ...answers(operation)));
  }, { once: true });
  return make("article", { id: operation.operationId }, details);
}

function openTarget() {
  const details = document.getElementById(location.hash.slice(1))?.querySelector("details");
  if (details) details.open = true;
}

const operations = Object.entries(api.paths).flatMap(([path, item]) => METHODS.filter((method) => item[method]).map((method) => ({ method, path, operation: item[method] })));
const sections = api.tags.map((tag) => {
  const entries = operations.filter(({ operation }) => operation.tags.includes(tag.name)).map(({ method, path, operation }) => ({
    text: `${method} ${path} ${operation.operationId} ${operation.summary} ${(operation.parameters ?? []).map(({ name }) => name).join(" ")}`.toLowerCase(),
    part: article(method, path, operation),
    item: make("a", { className: "item", href: `#${operation.operationId}` }, make("span", { className: `method ${method}` }, method), operation.summary),
  }));
  const menu = make("div", {}, make("h3", {}, tag.name), ...entries.map(({ item }) => item));
  const section = make("section", {}, make("h2", {}, tag.name), ...prose(tag.description), ...entries.map(({ part }) => part));
  return { entries, menu, section };
});

document.title = `${api.info.title} API`;
document.querySelector("#menu").replaceChildren(...sections.map(({ menu }) => menu));
document.querySelector("main").replaceChildren(
  make("h1", {}, `${api.info.title} API`),
  make("p", { className: "quiet" }, `${api.info.summary} `, make("a", { href: "/api/v3/api-docs" }, `OpenAPI ${api.openapi}`)),
  ...prose(api.info.description),
  ...sections.map(({ section }) => section),
);
document.querySelector("#search").addEventListener("input", ({ target }) => {
  const words = target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const { entries, menu, section } of sections) {
    for (const { text, part, item } of entries) part.hidden = item.hidden = !words.every((word) => text.includes(word));
    menu.hidden = section.hidden = entries.every(({ part }) => part.hidden);
  }
});
addEventListener("hashchange", openTarget);
openTarget();
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
