# SPDX-License-Identifier: GPL-2.0-or-later
r"""A Django service under gunicorn, with a model, a template, sessions and a
cache, under steady load.  The process is gunicorn's worker.

needs: django gunicorn
healthy: yes
"""
import os

import django
from django.conf import settings
from django.core.cache import cache
from django.db import connection, models
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from gunicorn.app.base import BaseApplication

import service

settings.configure(
    SECRET_KEY="a secret", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth",
                    "django.contrib.sessions"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware",
                "django.middleware.common.CommonMiddleware",
                "django.contrib.auth.middleware.AuthenticationMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    CACHES={"default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3",
                           "NAME": ":memory:"}})
django.setup()


class Product(models.Model):
    name = models.CharField(max_length=100)

    class Meta:
        app_label = "shop"


def show(request, number):
    request.session["last"] = number
    name = cache.get(number)
    if name is None:
        name = Product.objects.get(pk=number).name
        cache.set(number, name, 60)
    page = engines["django"].from_string("<h1>{{ name }}</h1>")
    return HttpResponse(page.render({"name": name}, request))


urlpatterns = [
    path("pid", lambda request: HttpResponse(str(os.getpid()))),
    path("product/<int:number>", show),
]


def fill(worker):
    """The database is in the memory of the worker."""
    with connection.schema_editor() as editor:
        editor.create_model(Product)
    Product.objects.bulk_create(Product(pk=i, name="product %d" % i)
                                for i in range(1, 401))


class Server(BaseApplication):
    def __init__(self, port):
        self.port = port
        super().__init__()

    def load_config(self):
        self.cfg.set("bind", "127.0.0.1:%d" % self.port)
        self.cfg.set("workers", 1)
        self.cfg.set("post_worker_init", fill)

    def load(self):
        from django.core.wsgi import get_wsgi_application
        return get_wsgi_application()


service.run_server(lambda port: Server(port).run(),
                   lambda number: "/product/%d" % (number % 400 + 1),
                   500, 1500)
