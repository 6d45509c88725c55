
// The reference of the API: reads the OpenAPI document beside this page and shows it. Everything that comes from
// the document becomes text nodes, never markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

// "/docs" is cut off, so that the page works under any prefix.
const base = location.origin + location.pathname.replace(/\/docs\/?$/, "");

/** An element with attributes and children; strings become text. */
function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== ""));
  return element;
}

/** Text in which `words` between backquotes are code. */
function prose(text) {
  return text.split("`").map((part, i) => (i % 2 ? el("code", {}, part) : part));
}

/** Follows references, and joins a schema with its siblings. */
function resolved(api, schema) {
  let current = schema ?? {};
  for (let depth = 0; current.$ref && depth < 20; depth += 1) {
    const { $ref, ...rest } = current;
    const found = $ref.replace("#/", "").split("/").reduce((place, key) => place?.[key], api) ?? {};
    current = { ...found, ...rest };
  }
  return current;
}

const nameOf = (schema) => schema?.$ref?.split("/").pop();
const isNull = (schema) => schema?.type === "null";

/** The one real alternative of a schema that may also be null. */
function unwrapped(api, schema) {
  const found = resolved(api, schema);
  const choices = (found.anyOf ?? found.oneOf ?? []).filter((choice) => !isNull(resolved(api, choice)));
  if (choices.length === 1) return { ...resolved(api, choices[0]), description: found.description ?? resolved(api, choices[0]).description };
  if (found.allOf?.length === 1) return { ...resolved(api, found.allOf[0]), ...found };
  return found;
}

/** What a value is, in a word or two. */
function typeOf(api, schema, depth = 0) {
  const found = unwrapped(api, schema);
  if (found.const !== undefined) return JSON.stringify(found.const);
  if (found.enum) return "one of";
  const choices = found.anyOf ?? found.oneOf;
  if (choices && depth < 4) {
    if (choices.every((choice) => resolved(api, choice).const !== undefined)) return "one of";
    return [...new Set(choices.map((choice) => typeOf(api, choice, depth + 1)))].join(" or ");
  }
  const types = [found.type ?? (found.properties ? "object" : "any")].flat().filter((type) => type !== "null");
  if (types[0] === "array") return `list of ${typeOf(api, found.items, depth + 1)}`;
  if (types[0] === "object" && found.additionalProperties && !found.properties) return "map";
  return [types.join(" or "), found.format && `(${found.format})`].filter(Boolean).join(" ");
}

/** The bounds of a value, in words. */
function limitsOf(api, schema) {
  const found = unwrapped(api, schema);
  const says = [];
  const choices = found.enum ?? (found.oneOf ?? found.anyOf)?.map((choice) => resolved(api, choice).const).filter((value) => value !== undefined);
  if (choices?.length) says.push(choices.map((choice) => JSON.stringify(choice)).join(", "));
  const between = (low, high, what) => {
    if (low === 1 && high === undefined && what) says.push("not empty");
    else if (low !== undefined && high !== undefined) says.push(low === high ? `${low} ${what}` : `${low} to ${high} ${what}`);
    else if (low !== undefined) says.push(`at least ${low} ${what}`);
    else if (high !== undefined) says.push(`at most ${high} ${what}`);
  };
  between(found.minLength, found.maxLength, "characters");
  between(found.minItems, found.maxItems, "entries");
  between(found.minimum, found.maximum, "");
  if (found.pattern) says.push(found.pattern.length > 80 ? "in a form of its own" : `matches ${found.pattern}`);
  // What a list holds is bounded too; members of objects are shown on their own.
  if (found.items && !inner(api, schema)) says.push(limitsOf(api, found.items));
  if (found.default !== undefined && found.default !== null) says.push(`${JSON.stringify(found.default)} unless given`);
  return says.map((said) => said.trim()).filter(Boolean).join(" · ");
}

/** The members of an object or of a list's entries, if it has any. */
function inner(api, schema) {
  let found = unwrapped(api, schema);
  if ([found.type].flat().includes("array")) found = unwrapped(api, found.items);
  return found.properties ? found : undefined;
}

function field(api, name, schema, required, seen) {
  const found = unwrapped(api, schema);
  const limits = limitsOf(api, schema);
  const members = inner(api, schema);
  const key = nameOf(schema) ?? nameOf(found.items);
  const item = el("li", {},
    el("code", { class: "name" }, name),
    el("span", { class: "type" }, typeOf(api, schema)),
    required ? el("span", { class: "required" }, "required") : undefined,
    found.description ? el("p", {}, ...prose(found.description)) : undefined,
    limits ? el("p", { class: "limits" }, limits) : undefined,
  );
  if (members && !(key && seen.includes(key)) && seen.length < 8) {
    item.append(el("details", {}, el("summary", {}, `Members of ${name}`), fields(api, members, [...seen, key])));
  }
  return item;
}

/** An object's members as a list. */
function fields(api, schema, seen = []) {
  const found = inner(api, schema) ?? unwrapped(api, schema);
  const required = found.required ?? [];
  const entries = Object.entries(found.properties ?? {});
  if (!entries.length) {
    const description = found.description;
    return el("p", {}, typeOf(api, schema), description ? ": " : "", ...(description ? prose(description) : []));
  }
  return el("ul", { class: "fields" }, ...entries.map(([name, member]) => field(api, name, member, required.includes(name), seen)));
}

/** What members of these names hold in examples. */
const KNOWN = {
  category: "kitchen", city: "Hamburg", country: "DE", currency: "EUR", description: "Holds tea.", line1: "Gartenweg 7", name: "Rosa Lind",
  password: "a pony in the library", payment_method: "pm_sandbox_ok", postal_code: "20095", refresh_token: "<refresh_token>", sku: "MUG-BLUE",
  tag: "new", title: "Blue mug",
};

/** A believable value for a schema. */
function example(api, schema, name = "", depth = 0) {
  const found = unwrapped(api, schema);
  if (found.examples?.length) return found.examples[0];
  if (found.example !== undefined) return found.example;
  if (found.const !== undefined) return found.const;
  if (found.default !== undefined && found.default !== null) return found.default;
  if (found.enum?.length) return found.enum.includes(KNOWN[name]) ? KNOWN[name] : found.enum[0];
  const choices = (found.oneOf ?? found.anyOf ?? []).filter((choice) => !isNull(resolved(api, choice)));
  if (choices.length && !found.properties) return example(api, choices[0], name, depth + 1);
  const type = [found.type ?? (found.properties ? "object" : "string")].flat()[0];
  if (depth > 6) return null;
  if (type === "object") {
    const required = found.required ?? [];
    const entries = Object.entries(found.properties ?? {}).filter(([member]) => !required.length || required.includes(member) || depth === 0);
    return Object.fromEntries(entries.map(([member, of]) => [member, example(api, of, member, depth + 1)]));
  }
  if (type === "array") return [example(api, found.items, name.replace(/s$/, ""), depth + 1)];
  if (type === "integer" || type === "number") return name === "amount" ? 1999 : Math.max(found.minimum ?? 1, 1);
  if (type === "boolean") return true;
  return word(found, name);
}

function word(schema, name) {
  const prefix = schema.pattern?.match(/^\^([a-z]{3})_\[0-9a-f\]\{32\}\$$/)?.[1];
  if (prefix) return `${prefix}_019a3f6c1c6e7a2b8c3a9d830f6b7a4f`;
  if (schema.format === "date-time") return "2026-11-23T09:30:00.000Z";
  if (schema.format === "email" || name === "email") return "rosa@example.com";
  if (schema.format === "uri") return base;
  return KNOWN[name] ?? (schema.minLength > 10 ? "a".repeat(schema.minLength) : name || "text");
}

/** How to call it from a shell. */
function curl(api, path, method, operation) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parameters = (operation.parameters ?? []).map((parameter) => resolved(api, parameter));
  const of = (place) => parameters.filter((parameter) => parameter.in === place);
  const filled = of("path").reduce((text, parameter) => {
    const kind = { orders: "ord", products: "prd", customers: "cus", payments: "pay", stock: "var", items: "var", "product-imports": "imp" }[path.split("/{")[0].split("/").pop()];
    return text.replace(`{${parameter.name}}`, kind ? `${kind}_019a3f6c1c6e7a2b8c3a9d830f6b7a4f` : `<${parameter.name}>`);
  }, path);
  const query = of("query").filter((parameter) => parameter.required)
    .map((parameter) => `${parameter.name}=${encodeURIComponent(example(api, parameter.schema, parameter.name))}`).join("&");
  const lines = [`curl ${method === "get" ? "" : `-X ${method.toUpperCase()} `}${quoted(base + filled + (query && `?${query}`))}`];
  const needsToken = (operation.security ?? api.security ?? []).length > 0 && !operation.security.some((way) => !Object.keys(way).length);
  if (needsToken) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  for (const header of of("header")) {
    if (header.name === "Idempotency-Key" && header.required) lines.push(`-H "Idempotency-Key: $(uuidgen)"`);
    if (header.name === "If-Match") lines.push(`-H 'If-Match: "1"'`);
  }
  const content = Object.entries(resolved(api, operation.requestBody).content ?? {});
  if (content.length) {
    const [media, body] = content.find(([type]) => type.includes("json")) ?? content[0];
    lines.push(`-H ${quoted(`Content-Type: ${media}`)}`);
    lines.push(media.includes("json") ? `-d ${quoted(JSON.stringify(example(api, body.schema)))}` : "--data-binary @file");
  }
  return lines.join(" \\\n  ");
}

/** Text that can be copied. */
function sample(text, label) {
  const button = el("button", { type: "button", "aria-label": `Copy ${label}` }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return el("div", { class: "sample" }, el("pre", { tabindex: "0", role: "region", "aria-label": label }, el("code", {}, text)), button);
}

function answer(api, status, response) {
  const found = resolved(api, response);
  const kind = status < "400" ? "good" : status < "500" ? "bad" : "worse";
  const lines = (found.description ?? "").split("\n").filter(Boolean);
  const coded = lines.filter((line) => line.startsWith("`"));
  const said = lines.filter((line) => !line.startsWith("`")).join(" ");
  const item = el("li", {}, el("span", { class: `status ${kind}` }, status), ...prose(said));
  if (coded.length) item.append(el("ul", { class: "codes" }, ...coded.map((line) => el("li", {}, ...prose(line)))));
  const [media, body] = Object.entries(found.content ?? {})[0] ?? [];
  if (kind === "good" && body?.schema) {
    const shown = [fields(api, body.schema)];
    if (media.includes("json") && inner(api, body.schema)) {
      shown.push(sample(JSON.stringify(example(api, body.schema), null, 2), `an answer with status ${status}`));
    }
    item.append(el("details", {}, el("summary", {}, `The body, ${media}`), ...shown));
  }
  const headers = Object.entries(found.headers ?? {});
  if (kind === "good" && headers.length) {
    item.append(el("ul", { class: "codes" }, ...headers.map(([name, header]) =>
      el("li", {}, el("code", {}, name), ": ", ...prose(resolved(api, header).description ?? "")))));
  }
  return item;
}

function permission(operation) {
  const allow = operation["x-allow"];
  const open = (operation.security ?? []).some((way) => !Object.keys(way).length);
  if (open || allow === "public") return el("span", { class: "tag" }, "public");
  return el("span", { class: "tag", title: "The permission that the caller's roles must hold" }, allow ?? "token needed");
}

/** One operation, whole. */
function operationOf(api, { path, method, operation, id }) {
  const left = el("div");
  const right = el("div");
  const parameters = (operation.parameters ?? []).map((parameter) => resolved(api, parameter));
  for (const [place, title] of [["path", "In the path"], ["query", "In the query"], ["header", "Headers"]]) {
    const here = parameters.filter((parameter) => parameter.in === place);
    if (!here.length) continue;
    left.append(el("h4", {}, title), el("ul", { class: "fields" }, ...here.map((parameter) =>
      field(api, parameter.name, { ...resolved(api, parameter.schema), description: parameter.description }, parameter.required, []))));
  }
  const content = Object.entries(resolved(api, operation.requestBody).content ?? {});
  if (content.length) {
    left.append(el("h4", {}, "Body"), el("p", { class: "quiet" }, content.map(([media]) => media).join(" or ")));
    const described = content.find(([media]) => media.includes("json"));
    if (described) left.append(fields(api, described[1].schema));
  }
  if (!left.childNodes.length) left.append(el("h4", {}, "Request"), el("p", { class: "quiet" }, "Nothing but the call itself."));
  right.append(el("h4", {}, "Example"), sample(curl(api, path, method, operation), `the call of ${operation.operationId ?? path}`));
  right.append(el("h4", {}, "Answers"), el("ul", { class: "answers" },
    ...Object.entries(operation.responses ?? {}).sort().map(([status, response]) => answer(api, status, response))));

  const shown = path.split(/(\{[^}]+\})/).map((part) => (part.startsWith("{") ? el("var", {}, part) : part));
  return el("article", { class: "operation", id, "aria-labelledby": `${id}-title` },
    el("header", {},
      el("p", { class: "call" }, el("span", { class: `method ${method}` }, method.toUpperCase()), el("span", { class: "path" }, ...shown),
        permission(operation), el("a", { class: "anchor", href: `#${id}`, "aria-label": "Link to this operation" }, "#")),
      el("h3", { id: `${id}-title` }, operation.summary ?? operation.operationId ?? path),
      operation.description ? el("p", { class: "quiet" }, ...prose(operation.description)) : undefined,
    ),
    el("div", { class: "columns" }, left, right));
}

/** The operations by their first tag, in the document's order. */
function grouped(api) {
  const groups = new Map((api.tags ?? []).map((tag) => [tag.name, { about: tag.description, operations: [] }]));
  for (const [path, methods] of Object.entries(api.paths ?? {})) {
    for (const method of METHODS.filter((known) => methods[known])) {
      const operation = methods[method];
      const tag = operation.tags?.[0] ?? "other";
      if (!groups.has(tag)) groups.set(tag, { operations: [] });
      groups.get(tag).operations.push({ path, method, operation, id: operation.operationId ?? `${method}${path.replace(/\W+/g, "-")}` });
    }
  }
  return [...groups].filter(([, group]) => group.operations.length);
}

function introduction(api) {
  return el("header", {},
    el("h1", {}, `${api.info?.title ?? "API"} ${api.info?.version ?? ""}`.trim()),
    api.info?.summary ? el("p", {}, api.info.summary) : undefined,
    api.info?.description ? el("p", { class: "quiet" }, ...prose(api.info.description)) : undefined,
    el("dl", { class: "base" },
      el("div", {}, el("dt", {}, "Base URL"), el("dd", {}, el("code", {}, base))),
      el("div", {}, el("dt", {}, "Description"), el("dd", {}, el("a", { href: "v1/openapi.json" }, `OpenAPI ${api.openapi ?? ""}`))),
      el("div", {}, el("dt", {}, "Authorization"), el("dd", {}, el("code", {}, "Bearer <access_token>")))));
}

function contents(groups) {
  return groups.map(([tag, group]) => el("section", { "data-tag": tag },
    el("h2", {}, tag),
    el("ul", {}, ...group.operations.map(({ path, method, operation, id }) => el("li", {
      "data-text": [method, path, operation.summary, operation.operationId, tag].join(" ").toLowerCase(),
    }, el("a", { href: `#${id}` }, el("span", { class: `method ${method}` }, method.toUpperCase()), el("span", {}, operation.summary ?? path)))))));
}

function filterable() {
  const input = document.getElementById("filter");
  const found = document.getElementById("found");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const section of document.querySelectorAll("#groups section")) {
      let here = 0;
      for (const entry of section.querySelectorAll("li")) {
        entry.hidden = !words.every((word) => entry.dataset.text.includes(word));
        here += entry.hidden ? 0 : 1;
      }
      section.hidden = here === 0;
      count += here;
    }
    found.textContent = words.length ? `${count} ${count === 1 ? "operation" : "operations"}` : "";
  });
}

function menu() {
  const button = document.getElementById("menu");
  const nav = document.getElementById("contents");
  const set = (open) => {
    nav.classList.toggle("open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => set(!nav.classList.contains("open")));
  nav.addEventListener("click", (event) => { if (event.target.closest("a")) set(false); });
  addEventListener("keydown", (event) => { if (event.key === "Escape") set(false); });
}

/** Marks where the reader is. */
function follow() {
  const links = new Map([...document.querySelectorAll("#groups a")].map((link) => [link.hash.slice(1), link]));
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((entry) => entry.isIntersecting)) {
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-15% 0px -75% 0px" });
  document.querySelectorAll(".operation").forEach((operation) => watcher.observe(operation));
}

async function show() {
  const main = document.getElementById("content");
  try {
    const response = await fetch(`${base}/v1/openapi.json`, { headers: { accept: "application/json" } });
    if (!response.ok) throw new Error(`It was answered with ${response.status}.`);
    const api = await response.json();
    const groups = grouped(api);
    document.title = `${api.info?.title ?? "Souk"} API reference`;
    main.replaceChildren(introduction(api), ...groups.map(([tag, group]) => el("section", { class: "group", "aria-label": tag },
      el("h2", { id: `tag-${tag}` }, tag),
      group.about ? el("p", { class: "quiet" }, group.about) : undefined,
      ...group.operations.map((operation) => operationOf(api, operation)))));
    document.getElementById("groups").replaceChildren(...contents(groups));
    filterable();
    follow();
    if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  } catch (error) {
    main.replaceChildren(el("div", { class: "trouble", role: "alert" },
      el("h1", {}, "The description could not be read"),
      el("p", {}, String(error.message ?? error)),
      el("p", {}, "It should be at ", el("a", { href: "v1/openapi.json" }, `${base}/v1/openapi.json`), ".")));
  }
}

menu();
show();
