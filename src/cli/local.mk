# SPDX-License-Identifier: GPL-2.0-or-later
src_libpyheld_a_SOURCES += \
	src/cli/commands.c \
	src/cli/commands.h \
	src/cli/commands/capture.c \
	src/cli/commands/chain.c \
	src/cli/commands/command.h \
	src/cli/commands/cycles.c \
	src/cli/commands/diff.c \
	src/cli/commands/doctor.c \
	src/cli/commands/export.c \
	src/cli/commands/garbage.c \
	src/cli/commands/leaks.c \
	src/cli/commands/object.c \
	src/cli/commands/refs.c \
	src/cli/commands/retained.c \
	src/cli/commands/summary.c \
	src/cli/commands/watch.c \
	src/cli/limits.c \
	src/cli/limits.h \
	src/cli/options.c \
	src/cli/options.h \
	src/cli/outfile.c \
	src/cli/outfile.h \
	src/cli/progress.c \
	src/cli/progress.h \
	src/cli/save.c \
	src/cli/save.h \
	src/cli/session.c \
	src/cli/session.h \
	src/cli/status.h \
	src/cli/terminal.c \
	src/cli/terminal.h \
	src/cli/version.c \
	src/cli/version.h
