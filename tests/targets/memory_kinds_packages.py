# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of objects that own memory, for memory_zoo.py: those of packages that
not every CPython has.  See memory_kinds.py.

A kind imports what it needs; ImportError says that it is not there.
"""
import tempfile

from memory_kinds import texts

KINDS = {}


def kind(function):
    KINDS[function.__name__] = function
    return function


@kind
def an_ndarray():
    import numpy
    return numpy.ones(300000)


@kind
def an_ndarray_of_8_mb():
    import numpy
    # Above 4 MiB numpy calls madvise(), which splits the mapping.
    return numpy.ones(1000000)


@kind
def small_ndarrays():
    import numpy
    return [numpy.full(20 + i % 100, 1.5) for i in range(5000)]


@kind
def an_ndarray_of_objects():
    import numpy
    return numpy.array(texts("object", 20000), dtype=object)


@kind
def a_view_of_an_ndarray():
    import numpy
    return numpy.ones(200000)[1000:2000]


@kind
def a_structured_ndarray():
    import numpy
    return numpy.zeros(20000, dtype=[("n", "i8"), ("o", object)])


@kind
def a_memmap():
    import numpy
    with tempfile.TemporaryFile() as f:
        made = numpy.memmap(f, dtype="u1", mode="w+", shape=1000000)
    made[:] = 7
    return made


@kind
def a_dataframe_in_a_dict():
    import numpy
    import pandas
    return {"frame": pandas.DataFrame({
        "a": numpy.arange(30000), "b": numpy.random.rand(30000),
        "s": texts("row", 30000)})}


@kind
def a_series_of_str():
    import pandas
    return pandas.Series(texts("series", 20000))


@kind
def an_lxml_tree():
    from lxml import etree
    tree = etree.fromstring("<r>" + "".join(
        "<a i='%d'><b>text %d</b></a>" % (i, i) for i in range(10000))
        + "</r>")
    return [tree, list(tree)[:500]]


@kind
def a_pil_image():
    from PIL import Image
    return Image.new("RGB", (1024, 700), (3, 4, 5))


@kind
def an_arrow_array():
    import pyarrow
    return pyarrow.array(range(200000))


@kind
def a_torch_tensor():
    import torch
    return torch.ones(300000)
