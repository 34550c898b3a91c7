# SPDX-License-Identifier: GPL-2.0-or-later
r"""An SSL context for each customer: its memory is OpenSSL's, no object's.

place: \bCUSTOMERS\b
says: (?i)resident|\bRSS\b
older: yes
"""
import ssl

import service

CUSTOMERS = {}


class Customer:
    def __init__(self, name):
        self.name = name
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        for _ in range(4):
            self.tls.set_ciphers("ALL")
            self.tls.load_default_certs()


def connect(numbers):
    for number in numbers:
        CUSTOMERS[number] = Customer("customer %d" % number)


service.run(connect, 10, 70)
