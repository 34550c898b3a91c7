# SPDX-License-Identifier: GPL-2.0-or-later
"""The zoo: objects of third-party extensions, where they are installed.

PyO3 (pydantic_core, rpds, libcst, cryptography), Cython (yaml), mypyc
(charset_normalizer), cffi, and C by hand (regex, wrapt, lazy_object_proxy,
markupsafe, orjson).
"""
from zoo import Plain, animal, function


@animal
def pydantic_core_():
    import pydantic
    from pydantic_core import (ArgsKwargs, PydanticCustomError,
                               PydanticKnownError, PydanticUndefined,
                               SchemaSerializer, SchemaValidator, Some, Url,
                               MultiHostUrl, TzInfo, ValidationError,
                               core_schema as cs)

    class Model(pydantic.BaseModel):
        number: int
        names: list = pydantic.Field(default_factory=list)
        other: "Model | None" = None

        @pydantic.field_validator("number")
        @classmethod
        def check(cls, v):
            return v

        @pydantic.computed_field
        def doubled(self) -> int:
            return self.number * 2

    schemas = [
        cs.int_schema(), cs.list_schema(cs.str_schema(pattern="a+")),
        cs.dict_schema(cs.str_schema(), cs.any_schema()),
        cs.no_info_plain_validator_function(function),
        cs.with_default_schema(cs.int_schema(), default=[1]),
        cs.union_schema([cs.int_schema(), cs.none_schema()]),
        cs.is_instance_schema(Plain), cs.literal_schema(["a", (1, 2)]),
        cs.tuple_schema([cs.int_schema(), cs.float_schema()]),
        cs.no_info_wrap_validator_function(function, cs.any_schema()),
        cs.custom_error_schema(cs.any_schema(), "kind", custom_error_message=
                               "message"),
        cs.generator_schema(cs.int_schema()), cs.callable_schema(),
    ]
    errors = []
    for wrong in ({}, {"number": "x"}, {"number": 1, "names": 5}):
        try:
            Model(**wrong)
        except ValidationError as e:
            errors.append(e.with_traceback(None))
    generator = SchemaValidator(schemas[-2]).validate_python(iter("1234"))
    next(generator)
    return [[SchemaValidator(s) for s in schemas],
            [SchemaSerializer(s) for s in schemas], Model,
            [Model(number=i) for i in range(50)], errors, generator,
            Model.__pydantic_validator__, Model.__pydantic_serializer__,
            ArgsKwargs((1, [2]), {"a": [3]}), Some([1]),
            PydanticCustomError("kind", "message {x}", {"x": [1]}),
            PydanticKnownError("greater_than", {"gt": 1}), PydanticUndefined,
            Url("https://example.org/a?b=c"), TzInfo(3600),
            MultiHostUrl("redis://a:1,b:2/0")]


@animal
def rpds_():
    import rpds
    map_ = rpds.HashTrieMap({"a": [1], "b": [2]})
    for i in range(50):
        map_ = map_.insert(i, [i])
    set_ = rpds.HashTrieSet(["x", (1, 2), frozenset([3])])
    list_ = rpds.List([[1], [2]])
    queue = rpds.Queue([[1], [2]])
    iterators = [iter(map_), iter(map_.keys()), iter(map_.values()),
                 iter(map_.items()), iter(set_), iter(list_), iter(queue)]
    for i in iterators:
        next(i)
    return [map_, set_, list_, queue, map_.keys(), map_.values(),
            map_.items(), iterators, [list_.push_front([n])
                                      for n in range(100)]]


@animal
def libcst_():
    import libcst
    tree = libcst.parse_module("def f(a, *b, c=1):\n    return a + c  # x\n")
    return [tree, tree.code]


@animal
def libcst_native():
    from libcst import native
    return [vars(native), native.parse_expression("a + b"),
            native.parse_module("x = 1\n")]


@animal
def cryptography_():
    import datetime
    from cryptography import x509
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives import hashes, hmac, serialization
    from cryptography.hazmat.primitives.asymmetric import (
        ec, ed25519, padding, rsa)
    from cryptography.hazmat.primitives.ciphers import (
        Cipher, algorithms, modes)
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.x509.oid import NameOID
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zoo")])
    now = datetime.datetime(2024, 1, 1)
    certificate = x509.CertificateBuilder().subject_name(name).issuer_name(
        name).public_key(key.public_key()).serial_number(5).not_valid_before(
        now).not_valid_after(now + datetime.timedelta(1)).add_extension(
        x509.SubjectAlternativeName([x509.DNSName("a.example")]),
        False).sign(key, hashes.SHA256())
    certificate.extensions
    certificate.subject
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    request = x509.CertificateSigningRequestBuilder().subject_name(
        name).sign(key, hashes.SHA256())
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"x")
    cipher = Cipher(algorithms.AES(b"k" * 16), modes.CBC(b"i" * 16))
    encryptor = cipher.encryptor()
    encryptor.update(b"x")
    rsa_key = rsa.generate_private_key(65537, 1024)
    return [key, key.public_key(), key.private_numbers(), certificate, pem,
            x509.load_pem_x509_certificate(pem), request, digest, cipher,
            encryptor, hmac.HMAC(b"k", hashes.SHA1()), rsa_key,
            rsa_key.private_numbers(), ed25519.Ed25519PrivateKey.generate(),
            AESGCM(b"k" * 16), Fernet(Fernet.generate_key()),
            padding.PSS(padding.MGF1(hashes.SHA256()), 5)]


@animal
def orjson_():
    import orjson
    objects = [orjson.loads(b'{"a": [1, {"b": null}]}'),
               orjson.dumps({"a": 1}), vars(orjson)]
    try:
        orjson.loads(b"{")
    except orjson.JSONDecodeError as e:
        objects.append(e.with_traceback(None))
    return objects


@animal
def regex_():
    import regex
    pattern = regex.compile(r"(?P<a>x+)(?:b|c)*\L<words>", words=["d", "e"])
    match = pattern.match("xxbcd")
    iterator = pattern.finditer("xd xe xd")
    next(iterator)
    splitter = regex.splititer("a", "bab")
    next(splitter)
    fuzzy = regex.compile("(?:cats){e<=1}")
    return [pattern, match, iterator, splitter, fuzzy, fuzzy.search("cuts"),
            match.capturesdict(), pattern.scanner("xd")]


@animal
def cffi_():
    import cffi
    ffi = cffi.FFI()
    ffi.cdef("struct point { int x, y; struct point *next; };"
             "int strcmp(const char *, const char *);"
             "enum color { RED, GREEN };")
    lib = ffi.dlopen(None)
    point = ffi.new("struct point *", [1, 2])
    array = ffi.new("int[10]")
    kept = ffi.new_handle([1])
    collected = ffi.gc(ffi.new("int *"), function)

    @ffi.callback("int(int)")
    def callback(n):
        return n
    return [ffi, lib, lib.strcmp, point, point[0], array, array[1:3],
            kept, collected, callback, ffi.typeof("struct point"),
            ffi.typeof("struct point").fields, ffi.buffer(array),
            ffi.from_buffer(bytearray(b"abc")), iter(array),
            ffi.typeof("enum color").elements, ffi.cast("void *", 5)]


@animal
def yaml_():
    import io
    import yaml
    loader = yaml.CLoader("a: [1, {b: c}]")
    events = [loader.get_event() for _ in range(5)]
    dumper = yaml.CDumper(io.StringIO())
    try:
        yaml.load("a: [", yaml.CLoader)
    except yaml.YAMLError as e:
        error = e.with_traceback(None)
    return [loader, events, dumper, error, yaml.compose("a: [1]",
                                                        yaml.CLoader)]


@animal
def wrapt_():
    import wrapt

    @wrapt.decorator
    def decorator(wrapped, instance, args, kwargs):
        return wrapped(*args, **kwargs)

    class Wrapped:
        @decorator
        def method(self):
            return self
    instance = Wrapped()
    return [decorator, decorator(function), wrapt.ObjectProxy([1]),
            instance.method, Wrapped.method, wrapt.CallableObjectProxy(len),
            wrapt.PartialCallableObjectProxy(function, [1])]


@animal
def lazy_object_proxy_():
    import lazy_object_proxy
    used = lazy_object_proxy.Proxy(list)
    len(used)
    return [lazy_object_proxy.Proxy(dict), used]


@animal
def charset_normalizer_():
    import charset_normalizer
    best = charset_normalizer.from_bytes("\xe9t\xe9 \u0416".encode()).best()
    return [best, charset_normalizer.md, vars(charset_normalizer.md)]


@animal
def markupsafe_():
    import markupsafe
    return [markupsafe.Markup("<b>"), markupsafe.escape("<&>")]
