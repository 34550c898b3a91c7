# SPDX-License-Identifier: GPL-2.0-or-later
r"""A supervisor keeps the errors of its workers, with frames and locals.

celery/billiard#311

place: \.errors\b
kind: exception
fix: (?i)traceback
explains: 60
"""
import service


class Supervisor:
    def __init__(self):
        self.errors = []

    def run(self, worker, number):
        try:
            worker(number)
        except Exception as error:
            self.errors.append(error)


SUPERVISOR = Supervisor()


def import_file(number):
    lines = ["line %d of file %d" % (i, number) for i in range(15)]
    for line in lines:
        line.split()[-1].encode("ascii").decode("utf-16")


def work(numbers):
    for number in numbers:
        SUPERVISOR.run(import_file, number * 10)


service.run(work, 500, 7000)
