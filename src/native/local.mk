src_libpyheld_a_SOURCES += \
	src/native/blocks.c \
	src/native/blocks.h \
	src/native/mappings.c \
	src/native/mappings.h \
	src/native/native.c \
	src/native/native.h \
	src/native/owners-decide.c \
	src/native/owners-decide.h \
	src/native/owners-scc.c \
	src/native/owners-scc.h \
	src/native/owners.c \
	src/native/owners.h \
	src/native/pointed.c \
	src/native/pointed.h \
	src/native/rivals.c \
	src/native/rivals.h \
	src/native/stacks.c \
	src/native/stacks.h
