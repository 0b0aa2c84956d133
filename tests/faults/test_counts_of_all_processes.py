"""`/metrics` of a server with several processes tells the sum, whichever of them answers."""

import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor


def get(address):
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server on loopback
        return answer.read().decode()


def test_requests_of_two_processes_are_added_up(new_provider, sqlite_url):
    provider = new_provider(sqlite_url)
    provider.serve(workers=2)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: get(f"{provider.issuer}/jwks"), range(200)))
    for _ in range(5):
        text = get(f"{provider.issuer}/metrics")
        found = re.search(r'gerbang_http_requests_total\{endpoint="/jwks",status="200"\} (\d+)', text)
        assert found and int(found[1]) == 200, text[:500]
