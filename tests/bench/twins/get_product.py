"""get-product as a Python function would do it: the same read, view, ETag, log line and metrics as
functions/product/src/bin/get-product.rs. The loop below stands for Lambda's managed Python runtime."""

import http.client
import json
import os
import re
import time

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config

TABLE = f"{os.environ['STAGE']}-product-products"
CLIENT = boto3.client("dynamodb", endpoint_url=os.environ["AWS_ENDPOINT_URL"], config=Config(parameter_validation=True))
READ = TypeDeserializer().deserialize
KEYS = ("pk", "sk", "kind", "schema", "rev")
cold = True


def problem(status, code, request_id):
    body = {"type": f"urn:souk:problem:{code}", "status": status, "code": code, "request_id": request_id}
    headers = {"content-type": "application/problem+json", "x-request-id": request_id}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def pick(localized, locales):
    return next((localized[tag] for tag in locales if tag in localized), next(iter(localized.values())))


def answer(event, request_id):
    product_id = (event.get("pathParameters") or {}).get("id", "")
    if not re.fullmatch(r"prd_[0-9a-f]{32}", product_id):
        return problem(404, "product_not_found", request_id)
    key = {"pk": {"S": f"product#{product_id}"}, "sk": {"S": "product"}}
    item = CLIENT.get_item(TableName=TABLE, Key=key, ConsistentRead=True).get("Item")
    product = item and {name: READ(value) for name, value in item.items()}
    if not product or product["status"] != "published":
        return problem(404, "product_not_found", request_id)
    locales = [part.split(";")[0].strip() for part in event["headers"].get("accept-language", "").split(",")]
    etag = f'"{product["rev"]}"'
    headers = {
        "content-type": "application/json",
        "etag": etag,
        "x-request-id": request_id,
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-cache",
    }
    if event["headers"].get("if-none-match") == etag:
        return {"statusCode": 304, "headers": headers, "body": ""}
    view = {name: value for name, value in product.items() if name not in KEYS}
    view["title"] = pick(product["title"], locales)
    view["description"] = pick(product["description"], locales)
    return {"statusCode": 200, "headers": headers, "body": json.dumps(view, default=int)}


def handle(event, request_id):
    global cold
    started = time.perf_counter()
    reply = answer(event, request_id)
    metrics = [{"Name": "duration_ms", "Unit": "Milliseconds"}, {"Name": "errors", "Unit": "Count"}]
    print(json.dumps({
        "level": "INFO", "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "service": "product",
        "function": "get-product", "stage": os.environ["STAGE"], "request_id": request_id, "actor": "nobody",
        "route": event.get("routeKey"), "status": reply["statusCode"],
        "duration_ms": round((time.perf_counter() - started) * 1000), "cold_start": cold,
        "errors": int(reply["statusCode"] >= 500),
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [
            {"Namespace": "Souk", "Dimensions": [["service"], ["service", "function"]], "Metrics": metrics}]},
    }), flush=True)
    cold = False
    return reply


def main():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    while True:
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        response = connection.getresponse()
        request_id = response.getheader("Lambda-Runtime-Aws-Request-Id")
        reply = handle(json.loads(response.read()), request_id)
        path = f"/2018-06-01/runtime/invocation/{request_id}/response"
        connection.request("POST", path, json.dumps(reply))
        connection.getresponse().read()


main()
