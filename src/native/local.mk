src_libpyheld_a_SOURCES += \
	src/native/blocks.c \
	src/native/blocks.h \
	src/native/native.c \
	src/native/native.h
