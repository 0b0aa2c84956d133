"""Machine endpoints: a request value in, a reply value out; `idp/web/lane.py` adapts them to WSGI."""
