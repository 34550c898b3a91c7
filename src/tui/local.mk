src_libpyheld_a_SOURCES += \
	src/tui/cells.c \
	src/tui/cells.h \
	src/tui/columns.c \
	src/tui/columns.h \
	src/tui/frame.c \
	src/tui/frame.h \
	src/tui/input.h \
	src/tui/list.c \
	src/tui/list.h \
	src/tui/prompt.c \
	src/tui/prompt.h \
	src/tui/screen.c \
	src/tui/screen.h
