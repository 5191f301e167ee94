#!/usr/bin/env python3
"""Makes the sample files of a recorded scenario from the raw measurements of its parts.

    tools/data/derive_calibration.py scenarios/recorded/missing_index

reads FOLDER/calibration/*.csv (one row for each measured operation) and writes FOLDER/samples/*.csv, which scenarios
name in `empirical(missing_index/samples/redis_get_hit.csv, time_ms)`. Standard library only; the same input gives the
same bytes. README.md in that folder says what every file is.
"""

import csv
import pathlib
import sys

# Enough for a p99 that is not one single outlier, few enough to be read by people.
MOST_SAMPLES = 500


def rows_of(folder, name, **wanted):
    with open(folder / "calibration" / name, newline="") as file:
        return [row for row in csv.DictReader(file) if all(row[key] == value for key, value in wanted.items())]


def thinned(values):
    """Evenly spaced quantiles, each in the middle of its share, so that the mean and the shape stay."""
    ordered = sorted(values)
    if len(ordered) <= MOST_SAMPLES:
        return ordered
    return [mean_of_share(ordered, i) for i in range(MOST_SAMPLES)]


def mean_of_share(ordered, index):
    """Mean of the index-th of MOST_SAMPLES equal shares; a value on a border belongs to both by its parts."""
    begin = index * len(ordered) / MOST_SAMPLES
    end = (index + 1) * len(ordered) / MOST_SAMPLES
    total = 0.0
    for i in range(int(begin), min(len(ordered), int(end) + 1)):
        total += ordered[i] * (min(i + 1, end) - max(i, begin))
    return total / (end - begin)


def write_samples(folder, name, values):
    # A difference of two rounded clocks can be a little below zero.
    text = "time_ms\n" + "".join(f"{max(value, 0.0):.4f}\n" for value in thinned(values))
    (folder / "samples" / f"{name}.csv").write_text(text)


def column(rows, name):
    return [float(row[name]) for row in rows]


def differences(rows, name, *others):
    return [float(row[name]) - sum(float(row[other]) for other in others) for row in rows]


def derive_end_to_end(folder):
    kinds = {"hit": "e2e-hit", "miss": "e2e-miss", "job": "e2e-job", "noop": "e2e-noop"}
    for short, scenario in kinds.items():
        rows = rows_of(folder, "end_to_end.csv", scenario=scenario)
        write_samples(folder, f"outside_app_{short}", differences(rows, "latency_ms", "app_ms"))
        if short != "noop":
            write_samples(folder, f"in_app_{short}", differences(rows, "app_ms", "pool_wait_ms", "db_ms"))
    misses = rows_of(folder, "end_to_end.csv", scenario="e2e-miss")
    write_samples(folder, "query_from_app", column(misses, "db_ms"))


def derive_parts(folder):
    for operation in ("get_hit", "get_miss", "set_ex", "lpush", "rpop"):
        rows = rows_of(folder, "redis_ops.csv", op=operation)
        write_samples(folder, f"redis_{operation}", column(rows, "latency_ms"))
    for query in ("query_indexed", "query_seqscan", "query_job_indexed", "query_job_seqscan"):
        rows = rows_of(folder, f"{query}.csv", concurrency="1")
        write_samples(folder, query, column(rows, "latency_ms"))
    write_samples(folder, "create_index", column(rows_of(folder, "create_index.csv"), "duration_ms"))
    jobs = rows_of(folder, "worker_job.csv", scenario="e2e-job")
    write_samples(folder, "worker_besides_query", differences(jobs, "service_ms", "db_ms"))
    write_samples(folder, "query_from_worker", column(jobs, "db_ms"))


def derive_cpu(folder):
    """CPU a request, less what the idle processes use anyway."""
    rows = rows_of(folder, "cpu_per_request.csv")
    idle = {row["tier"]: float(row["cpu_cores"]) for row in rows if row["scenario"] == "e2e-idle"}
    lines = ["scenario,tier,cpu_ms"]
    for row in rows:
        if row["scenario"] == "e2e-idle" or row["tier"] not in idle:
            continue
        net = (float(row["cpu_cores"]) - idle[row["tier"]]) / float(row["rate_per_s"]) * 1000
        lines.append(f"{row['scenario']},{row['tier']},{max(net, 0.0):.4f}")
    (folder / "samples" / "cpu_net.csv").write_text("\n".join(lines) + "\n")


def bulk(values):
    """Mean and standard deviation without the slowest 2 %, which met something that is no part of the work."""
    kept = sorted(values)[: int(len(values) * 0.98)]
    mean = sum(kept) / len(kept)
    return mean, (sum((value - mean) ** 2 for value in kept) / len(kept)) ** 0.5


def derive_bulk(folder):
    lines = ["scenario,what,mean_ms,deviation_ms"]
    for scenario in ("e2e-noop", "e2e-hit", "e2e-miss", "e2e-job"):
        rows = rows_of(folder, "end_to_end.csv", scenario=scenario)
        for what in ("latency_ms", "app_ms"):
            mean, deviation = bulk(column(rows, what))
            lines.append(f"{scenario},{what.removesuffix('_ms')},{mean:.4f},{deviation:.4f}")
    (folder / "samples" / "bulk.csv").write_text("\n".join(lines) + "\n")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    if not (folder / "calibration").is_dir():
        sys.exit(f"{folder} has no folder `calibration`")
    (folder / "samples").mkdir(exist_ok=True)
    derive_end_to_end(folder)
    derive_parts(folder)
    derive_cpu(folder)
    derive_bulk(folder)


if __name__ == "__main__":
    main()
