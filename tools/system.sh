#!/bin/sh
# Install the system parts that tests drive, where the machine lets us; else say what is missing.
set -u

missing=""
have() { command -v "$1" >/dev/null 2>&1; }

have chromium || have chromium-browser || have google-chrome || missing="$missing chromium fonts-liberation"
have initdb || ls /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
have redis-server || have valkey-server || missing="$missing redis-server"
have curl || missing="$missing curl"
have jq || missing="$missing jq"
have openssl || missing="$missing openssl"
have nginx || [ -x /usr/sbin/nginx ] || missing="$missing nginx"
ls /usr/lib/nginx/modules/ngx_http_js_module.so /usr/lib64/nginx/modules/ngx_http_js_module.so 2>/dev/null |
    grep -q . || missing="$missing libnginx-mod-http-js"
have haproxy || [ -x /usr/sbin/haproxy ] || missing="$missing haproxy"
ls /usr/lib/apache2/modules/mod_auth_openidc.so /usr/lib64/httpd/modules/mod_auth_openidc.so 2>/dev/null |
    grep -q . || missing="$missing libapache2-mod-auth-openidc"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    root=""
elif have sudo && sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    root="no"
fi

if have apt-get && [ "$root" != no ]; then
    echo "Installing$missing ..."
    log=$(mktemp)
    # shellcheck disable=SC2086
    if $root env DEBIAN_FRONTEND=noninteractive sh -c "
        apt-get -qq -o Acquire::Retries=1 -o Acquire::http::Timeout=20 update
        apt-get install -y -qq --no-install-recommends $missing" >"$log" 2>&1; then
        rm -f "$log"
        exit 0
    fi
    tail -n 3 "$log" >&2
    rm -f "$log"
fi

echo "Missing:$missing. Tests that need them will be named at the end. Debian: apt-get install$missing" >&2
exit 0
