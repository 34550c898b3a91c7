/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that is linked with libpython and takes the addresses of static
 * objects, so that the linker copies them into the program's .bss.
 *
 * usage: PROGRAM SCRIPT
 */
#include <stdio.h>

/* What they are does not matter, only that their size is libpython's. */
extern char _Py_TrueStruct[], _Py_NoneStruct[], _Py_EllipsisObject[];
void Py_InitializeEx(int handle_signals);
int PyRun_SimpleStringFlags(const char *code, void *flags);

static char *volatile used[] = {
	_Py_TrueStruct, _Py_NoneStruct, _Py_EllipsisObject
};

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	Py_InitializeEx(0);
	PyRun_SimpleStringFlags(argv[1], NULL);
	return used[0] == used[1];
}
