# SPDX-License-Identifier: GPL-2.0-or-later
"""The usual fix that `pyheld leaks` names, for what real libraries keep."""
import re

import pythons
from harness import CI, Skip, Target, each, limit, pyheld

# By cause of tests/targets/libraries.py: what the fix says.
FIXES = {
    "warning_texts": r"constant text",
    "defaultdict_read": r"\.get\(key\)",
    "weak_keys": r"value refer to its key",
    "finalizers": r"weakref\.finalize\(\)",
    "lines_of_code": r"linecache\.clearcache\(\)",
    "loggers": r"Name loggers after modules",
    "log_handlers": r"removeHandler",
    "memory_handler": r"MemoryHandler\(capacity",
    "timers": r"cancel\(\)",
    "asyncio_queue": r"asyncio\.Queue\(maxsize",
    "executor": r"Bound the backlog",
    "futures": r"as_completed\(\)",
    "thread_pool": r"imap\(\)",
    "plain_queue": r"queue\.Queue\(maxsize",
    "mock_calls": r"reset_mock\(\)",
    "pickler": r"clear_memo\(\)",
    "context_tokens": r"reset\(token\)",
    "parsed_tree": r"elem\.clear\(\)",
    "cursors": r"contextlib\.closing\(\)",
    "modules": r"sys\.modules",
    "importer_cache": r"sys\.path_importer_cache keeps",
    "mappings": r"close\(\) each mapping",
    "ssl_contexts": r"one SSL context",
    "django_signal": r"dispatch_uid",
    "django_cache": r"MAX_ENTRIES",
    "flask_hooks": r"once, when the application is created",
    "flask_g": r"app\.app_context\(\)",
    "jinja2_templates": r"from_string\(\)",
    "tornado_queue": r"tornado\.queues\.Queue\(maxsize",
    "twisted_calls": r"reactor\.callLater\(\)",
    "twisted_triggers": r"removeSystemEventTrigger\(\)",
    "twisted_deferreds": r"addTimeout\(\)",
    "gevent_greenlets": r"gevent\.pool\.Pool",
    "gevent_queue": r"gevent\.queue\.Queue\(maxsize",
    "requests_responses": r"not the response",
    "requests_sessions": r"one requests\.Session",
    "httpx_clients": r"one httpx\.Client",
    "aiohttp_sessions": r"one aiohttp\.ClientSession",
    "boto3_sessions": r"one boto3 session",
    "prometheus_labels": r"labels of few values",
    "sqlalchemy_new": r"expunge_all\(\)",
    "sqlalchemy_scoped": r"Session\.remove\(\)",
    "sqlalchemy_events": r"sqlalchemy\.event\.remove\(\)",
    "kombu_memory": r"in-memory transport",
    "celery_results": r"forget\(\)",
    "cachetools_cache": r"getsizeof",
    "pyplot_figures": r"plt\.close\(figure\) after savefig",
    "ctypes_pointers": r"ctypes\.POINTER\(\)",
    "numpy_views": r"\.copy\(\)",
    "pandas_columns": r"\.copy\(\)",
    "lxml_strings": r"smart_strings=False",
    "lxml_elements": r"texts instead of elements",
    "pil_images": r"Image\.open",
    "pydantic_models": r"create_model\(\)",
}
# These are ordinary: what the kind of suspect says is all.
ORDINARY = {"defaultdict_filled", "numpy_arrays"}
ORDINARY_FIX = r"Remove entries that are no longer needed"
# They would hide what is planted behind what the libraries have.
LIMITS = ("--min-percent=1", "--min-objects=1000", "--min-entries=30")


def fixes_of(pid):
    found = pyheld("leaks", "--json", "--limit=0", *LIMITS, pid).json
    return [(x["fix"], x["title"]) for x in found["suspects"]]


def check_cause(cause, facts):
    found = fixes_of(facts["pid"])
    fix = FIXES.get(cause, ORDINARY_FIX)
    assert any(re.search(fix, said) for said, _ in found), (cause, found)
    if cause in ORDINARY:
        about = [said for said, title in found if "__main__.KEPT" in title]
        assert about and all(re.match(fix, said) for said in about), found


def check_causes(python, with_libraries):
    missing = set()
    nr = 0
    with Target(python, "libraries.py", "serve") as target:
        causes = target.facts["causes"]
        assert set(causes) == set(FIXES) | ORDINARY, causes
        for cause, modules in causes.items():
            if modules and not with_libraries:
                continue
            facts = target.ask({"cause": cause})
            if "missing" in facts:
                missing.add(facts["missing"])
                continue
            check_cause(cause, facts)
            nr += 1
    print("# advice for %d causes on %s" % (nr, python.label))
    return missing


@limit(600)
@each(pythons.oldest_and_newest)
def test_standard_library_gets_advice(python):
    check_causes(python, False)


@limit(600)
def test_libraries_get_advice():
    """Those of Debian, with the Python that they are made for."""
    python = pythons.system()
    missing = check_causes(python, True)
    assert not (CI and missing), missing
    if missing:
        raise Skip("not installed: " + ", ".join(sorted(missing)))
