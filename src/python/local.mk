src_libpyheld_a_SOURCES += \
	src/python/emulator.h \
	src/python/layout-tables.c \
	src/python/layout.def \
	src/python/layout.h
