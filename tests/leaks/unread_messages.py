# SPDX-License-Identifier: GPL-2.0-or-later
r"""Tasks are sent to a queue of Celery's memory transport that no worker reads.

needs: celery
place: \bqueues\b
fix: (?i)consum|worker|bound|maxsize|expire|ignore_result
explains: 60
"""
import celery

import service

APP = celery.Celery("shop", broker="memory://")
APP.conf.task_default_queue = "unread"


@APP.task(ignore_result=True)
def send_mail(to, text):
    return to, text


def serve(numbers):
    for number in numbers:
        send_mail.delay("user%d@example.com" % number, "text %d" % number)


service.run(serve, 200, 2500)
