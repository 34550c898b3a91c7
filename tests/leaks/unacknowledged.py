# SPDX-License-Identifier: GPL-2.0-or-later
r"""A consumer takes messages and acknowledges none: the channel keeps each, to
give it back when it closes.  After celery/celery#2218 and #9849.

needs: kombu
place: \._delivered\b
fix: (?i)ack
explains: 60
"""
import kombu

import service

CONNECTION = kombu.Connection("memory://")
CHANNEL = CONNECTION.default_channel
QUEUE = kombu.Queue("orders", kombu.Exchange("orders"), "orders")
PRODUCER = kombu.Producer(CHANNEL)
TAKEN = {"number": 0}


def take(body, message):
    TAKEN["number"] += 1


CONSUMER = kombu.Consumer(CHANNEL, [QUEUE], callbacks=[take], accept=["json"])
CONSUMER.consume()
CHANNEL.basic_qos(0, 0, False)


def consume(numbers):
    for number in numbers:
        PRODUCER.publish({"order": number, "note": "as usual " * 20},
                         exchange="orders", routing_key="orders",
                         declare=[QUEUE])
        CONNECTION.drain_events(timeout=5)


service.run(consume, 300, 2500)
