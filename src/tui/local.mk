src_libpyheld_a_SOURCES += \
	src/tui/browse/browse.c \
	src/tui/browse/browse.h \
	src/tui/browse/gain.c \
	src/tui/browse/gain.h \
	src/tui/browse/order.c \
	src/tui/browse/order.h \
	src/tui/browse/run.c \
	src/tui/browse/run.h \
	src/tui/browse/search.c \
	src/tui/browse/search.h \
	src/tui/browse/table.c \
	src/tui/browse/view.c \
	src/tui/browse/view.h \
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
