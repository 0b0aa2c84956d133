"""`make bench`: our hot paths beside npm `oidc-provider` on PostgreSQL, alternating in one run.

The peer's scripts and the load generator lie in a folder of their own (`--peers`, default `../shared/bench`); what they
install goes to a temporary folder. Compare by the column `cap`: requests a second of one core given to the server.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.deployment import DATABASE_CPU, running

PEER_PORT = "4002"


def main() -> int:
    """Run the comparison and return the load generator's exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--peers", type=Path, default=Path("../shared/bench"), help="folder of peers and opload.py"
    )
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--ops", default="sso,refresh,introspect,userinfo,cc_jwt,discovery,jwks")
    parser.add_argument("--conc", default="16")
    parser.add_argument("--sec", default="2")
    parser.add_argument("--rounds", default="3")
    parser.add_argument("--threads", type=int, default=6)
    options = parser.parse_args()
    if not (options.peers / "opload.py").exists():
        print(f"no load generator in {options.peers}; name its folder with --peers", file=sys.stderr)
        return 2
    scratch = Path(tempfile.gettempdir()) / "gerbang-bench-peers"
    env = {**os.environ, "OPBENCH_RUN": str(scratch)}
    peer = options.peers / "peers" / "panva" / "run.sh"
    targets = []
    try:
        if not options.alone:
            subprocess.run(["bash", str(peer), "install"], env=env, check=True)
            subprocess.run(["bash", str(peer), "start", PEER_PORT, "pg"], env=env, check=True)
            targets.append(str(scratch / f"panva-{PEER_PORT}.json"))
        with running(options.threads) as ours:
            command = ["taskset", "-c", DATABASE_CPU, sys.executable, str(options.peers / "opload.py")]
            command += [*targets, str(ours), "--ops", options.ops, "--conc", options.conc]
            command += ["--sessions", "16", "--sec", options.sec, "--rounds", options.rounds]
            return subprocess.run(command, env=env, check=False).returncode
    finally:
        if not options.alone:
            subprocess.run(["bash", str(peer), "stop", PEER_PORT], env=env, check=False)
            stop = f'. "{options.peers}/lib/common.sh"; pg_stop'
            subprocess.run(["bash", "-c", stop], env=env, check=False)


if __name__ == "__main__":
    sys.exit(main())
