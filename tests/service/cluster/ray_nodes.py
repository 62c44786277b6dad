"""Nodes of a Ray cluster on this machine, for tests: a program, for Ray takes over the signals of its process.

    python -m tests.service.cluster.ray_nodes FOLDER

Prints the cluster's address, then obeys the lines of its input, `add` and `kill`, and answers each with a line. Ends
with its input.
"""

from __future__ import annotations

import sys

from ray.cluster_utils import Cluster

# Dead nodes are noticed soon, the rest is Ray's default.
QUICK = {"health_check_initial_delay_ms": 1000, "health_check_period_ms": 500, "health_check_failure_threshold": 4}
# What Ray would start beside a node and nobody here asks, Python programs each, is left out.
NODE = {"object_store_memory": 80 * 2**20, "include_log_monitor": False, "no_monitor": True}


def main(folder: str) -> None:
    head = {"num_cpus": 0, "include_dashboard": False, "temp_dir": folder, "_system_config": QUICK}
    cluster = Cluster(initialize_head=True, head_node_args={**NODE, **head})
    node = cluster.add_node(num_cpus=2, **NODE)
    print(cluster.address, flush=True)
    for line in sys.stdin:
        if line.strip() == "add":
            node = cluster.add_node(num_cpus=2, **NODE)
        elif line.strip() == "kill":
            node.kill_raylet()
        print("done", flush=True)
    cluster.shutdown()


if __name__ == "__main__":
    main(sys.argv[1])
