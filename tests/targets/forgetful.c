/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An extension in C that forgets a Py_DECREF: PyDict_SetItem() takes references
 * of its own to key and value, and what the function has made keeps its own.
 * The functions of CPython are declared here, as not every CPython that the
 * tests run has its headers installed.
 */
#include <stdio.h>

typedef struct object PyObject;

PyObject *PyBytes_FromStringAndSize(const char *s, long size);
PyObject *PyByteArray_FromStringAndSize(const char *s, long size);
PyObject *PyUnicode_FromString(const char *s);
PyObject *PyFloat_FromDouble(double d);
PyObject *PyLong_FromLong(long n);
PyObject *PyList_New(long size);
int PyDict_SetItem(PyObject *dict, PyObject *key, PyObject *value);
int PyList_SetItem(PyObject *list, long at, PyObject *item);
void Py_DecRef(PyObject *o);

/* One value of the record `number`.  Behind its text is what the stack had,
 * addresses among it. */
static PyObject *make(int column, long number)
{
	char text[200];

	snprintf(text, sizeof(text), "record %010ld", number);
	switch (column) {
	case 0:
		return PyBytes_FromStringAndSize(text, sizeof(text));
	case 1:
		return PyByteArray_FromStringAndSize(text, sizeof(text));
	case 2:
		return PyUnicode_FromString(text);
	case 3:
		return PyFloat_FromDouble((double)number + 0.5);
	default:
		return PyLong_FromLong(number + 1000000);
	}
}

/* {0: b'...', 1: bytearray(...), 2: '...', 3: 1.5, 4: ...}; 0: no error.  The
 * reference to each value is never given up. */
int fill(PyObject *record, long number)
{
	int error = 0;

	for (int column = 0; column < 5 && !error; column++) {
		PyObject *key = PyLong_FromLong(column);

		error = PyDict_SetItem(record, key, make(column, number));
		Py_DecRef(key);
	}
	return error;
}
