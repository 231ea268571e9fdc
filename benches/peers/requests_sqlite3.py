"""What a careful script does: pages through a Turen list with requests, upserts into SQLite. Prints the seconds it took.

usage: requests_sqlite3.py URL KEY ROWS FILE
"""
import json
import sqlite3
import sys
import time

import requests

url, key, rows, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
started = time.perf_counter()
db = sqlite3.connect(path)
db.execute("PRAGMA journal_mode=WAL")
db.execute(
    "CREATE TABLE session (id TEXT PRIMARY KEY, client TEXT, project TEXT, title TEXT, created TEXT, modified TEXT, doc TEXT)"
)
for name, columns in [("active", "modified"), ("made", "created"), ("client", "client, modified"), ("project", "project, modified")]:
    db.execute(f"CREATE INDEX session_{name} ON session ({columns})")
web = requests.Session()
web.headers["X-API-Key"] = key
offset = 0
while offset < rows:
    reply = web.get(f"{url}/sessions", params={"limit": 100, "offset": offset, "include_subagents": "true"}, timeout=30)
    reply.raise_for_status()
    page = reply.json()["sessions"]
    if not page:
        break
    with db:
        db.executemany(
            "INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    str(row["id"]), row["client_id"], row["project_path"], row["first_prompt"],
                    row["created_at"], row["modified_at"], json.dumps(row),
                )
                for row in page
            ],
        )
    offset += len(page)
print(time.perf_counter() - started)
