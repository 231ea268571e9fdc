"""The same list loaded by dlt's REST source into SQLite. Prints the seconds it took.

usage: dlt_sqlite.py URL KEY ROWS FILE
"""
import os
import sys
import tempfile
import time

url, key, rows, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
os.environ["DLT_DATA_DIR"] = tempfile.mkdtemp()
os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt
from dlt.sources.rest_api import rest_api_source

source = rest_api_source(
    {
        "client": {"base_url": url, "headers": {"X-API-Key": key}},
        "resources": [
            {
                "name": "sessions",
                "primary_key": "id",
                "write_disposition": "merge",
                "endpoint": {
                    "path": "sessions",
                    "params": {"include_subagents": "true"},
                    "data_selector": "sessions",
                    "paginator": {
                        "type": "offset", "limit": 100, "offset": 0, "total_path": None, "maximum_offset": rows,
                    },
                },
            }
        ],
    }
)
started = time.perf_counter()
pipeline = dlt.pipeline("peer", destination=dlt.destinations.sqlalchemy(f"sqlite:///{path}"), dataset_name="main")
pipeline.run(source)
print(time.perf_counter() - started)
