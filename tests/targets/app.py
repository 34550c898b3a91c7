"""The service of the documents' examples: a list that only grows.

It runs as module app: "app.User", "app.leaky_list".
"""
import json
import os
import sys


class User:
    def __init__(self, name):
        self.name = name


class Request:
    def __init__(self, user):
        self.user = user
        user.last = self        # a cycle


leaky_list = []


def main():
    for i in range(98113):
        leaky_list.append(None)
    leaky_list[512] = User("the one")
    Request(User("dropped"))
    os.write(1, json.dumps({"address": id(leaky_list[512])}).encode() + b"\n")
    os.read(0, 1)


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    import app
    app.main()
