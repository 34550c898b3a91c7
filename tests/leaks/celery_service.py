# SPDX-License-Identifier: GPL-2.0-or-later
r"""A Celery worker with threads, which takes its tasks from the memory
transport, under steady load.

needs: celery
healthy: yes
"""
import threading

import celery

import service

APP = celery.Celery("mail", broker="memory://")
APP.conf.update(broker_transport_options={"polling_interval": 0.01},
                worker_prefetch_multiplier=0,
                worker_hijack_root_logger=False,
                worker_redirect_stdouts=False)
DONE = threading.Semaphore(0)


@APP.task(ignore_result=True)
def send(to, words):
    text = " ".join(words)
    DONE.release()
    return to, text


def work(numbers):
    for number in numbers:
        send.delay("user%d@example.com" % number, ["word", str(number)])
    for _ in numbers:
        DONE.acquire()


threading.Thread(target=service.run_steady, args=(work, 50, 200),
                 daemon=True).start()
APP.Worker(pool="threads", concurrency=2, loglevel="ERROR", quiet=True).start()
