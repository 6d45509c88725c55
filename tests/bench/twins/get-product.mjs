// get-product as a Node function would do it: the same read, view, ETag, log line and metrics as
// functions/product/src/bin/get-product.rs. The loop below stands for Lambda's managed Node runtime.
import http from "node:http";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";

const table = `${process.env.STAGE}-product-products`;
const client = new DynamoDBClient({ region: process.env.AWS_REGION, endpoint: process.env.AWS_ENDPOINT_URL });
let cold = true;

function problem(status, code, requestId) {
  return {
    statusCode: status,
    headers: { "content-type": "application/problem+json", "x-request-id": requestId },
    body: JSON.stringify({ type: `urn:souk:problem:${code}`, status, code, request_id: requestId }),
  };
}

function pick(localized, locales) {
  for (const locale of locales) if (localized[locale]) return localized[locale];
  return Object.values(localized)[0];
}

async function answer(event, requestId) {
  const id = event.pathParameters?.id ?? "";
  if (!/^prd_[0-9a-f]{32}$/.test(id)) return problem(404, "product_not_found", requestId);
  const { Item } = await client.send(new GetItemCommand({
    TableName: table,
    Key: { pk: { S: `product#${id}` }, sk: { S: "product" } },
    ConsistentRead: true,
  }));
  const product = Item && unmarshall(Item);
  if (!product || product.status !== "published") return problem(404, "product_not_found", requestId);
  const locales = (event.headers["accept-language"] ?? "").split(",").map((part) => part.split(";")[0].trim());
  const etag = `"${product.rev}"`;
  const headers = {
    "content-type": "application/json",
    etag,
    "x-request-id": requestId,
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-cache",
  };
  if (event.headers["if-none-match"] === etag) return { statusCode: 304, headers, body: "" };
  const { pk, sk, kind, schema, rev, ...shown } = product;
  const view = { ...shown, title: pick(product.title, locales), description: pick(product.description, locales) };
  return { statusCode: 200, headers, body: JSON.stringify(view) };
}

async function handle(event, requestId) {
  const started = performance.now();
  const reply = await answer(event, requestId);
  console.log(JSON.stringify({
    level: "INFO", time: new Date().toISOString(), service: "product", function: "get-product", stage: process.env.STAGE,
    request_id: requestId, actor: "nobody", route: event.routeKey, status: reply.statusCode,
    duration_ms: Math.round(performance.now() - started), cold_start: cold, errors: reply.statusCode >= 500 ? 1 : 0,
    _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: "Souk", Dimensions: [["service"], ["service", "function"]],
      Metrics: [{ Name: "duration_ms", Unit: "Milliseconds" }, { Name: "errors", Unit: "Count" }] }] },
  }));
  cold = false;
  return reply;
}

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime${path}`, agent }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const next = await call("GET", "/invocation/next");
  const id = next.headers["lambda-runtime-aws-request-id"];
  const reply = await handle(JSON.parse(next.body), id);
  await call("POST", `/invocation/${id}/response`, JSON.stringify(reply));
}
