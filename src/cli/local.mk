src_libpyheld_a_SOURCES += \
	src/cli/capture.c \
	src/cli/chain.c \
	src/cli/commands.c \
	src/cli/commands.h \
	src/cli/cycles.c \
	src/cli/diff.c \
	src/cli/export.c \
	src/cli/garbage.c \
	src/cli/limits.c \
	src/cli/limits.h \
	src/cli/object.c \
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
	src/cli/summary.c \
	src/cli/terminal.c \
	src/cli/terminal.h \
	src/cli/version.c \
	src/cli/version.h \
	src/cli/watch.c
