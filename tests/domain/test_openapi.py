"""`/openapi.json` describes the exchange as it is (contract section 5)."""

from idp.protocol.oidc.catalogue import CLAIMS
from tests.support.databases import sqlite_only

pytestmark = sqlite_only


def references(node):
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_endpoint_of_ours_in_discovery_is_described_and_none_else(provider):
    answer = provider.get("/openapi.json")
    assert answer.headers["ETag"]
    discovery = provider.get("/.well-known/openid-configuration").json
    ours = {
        value.removeprefix(discovery["issuer"])
        for name, value in discovery.items()
        if name.startswith("gerbang_") and name.endswith("_endpoint")
    }
    assert answer.json["paths"].keys() == ours


def test_every_reference_leads_somewhere_and_every_claim_is_named(provider):
    document = provider.get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    for reference in references(document):
        node = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
    assert CLAIMS.keys() <= document["components"]["schemas"]["Attributes"]["properties"].keys()


def test_each_described_method_is_served(provider):
    document = provider.get("/openapi.json").json
    for path, methods in document["paths"].items():
        for method in methods:
            answer = provider.get(path) if method == "get" else provider.post(path)
            assert answer.status in (400, 401), path
