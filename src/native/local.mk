src_libpyheld_a_SOURCES += \
	src/native/blocks.c \
	src/native/blocks.h \
	src/native/mappings.c \
	src/native/mappings.h \
	src/native/native.c \
	src/native/native.h \
	src/native/stacks.c \
	src/native/stacks.h
